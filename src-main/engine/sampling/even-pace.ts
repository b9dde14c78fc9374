import { changesOf, closest, MeasuredPath, unevenness } from './measured-path.ts'
import type { PathImage } from './measured-path.ts'

/** At most this many images are generated per frame, those of the exploration included. */
export const imagesPerFrame = 6
/** Exploration ends when no change between known images is above this share of the change wanted between frames there. */
const resolution = 0.5
/** Frames are placed again while a change is above the wanted one by this factor. */
const goodUnevenness = 1.05
/** A frame stays as it is where its new position is nearer than this share of the distance to its neighbours. */
const samePosition = 0.02

/** Images to generate at increasing shares of the path. */
export interface PathRequest {
  shares: number[]
  /** The part of the whole work that this is: from one share of it to another. */
  part: [number, number]
}

export interface PacedFrames<Image extends PathImage> {
  /** Exactly 0 first and 1 last, never decreasing. */
  shares: number[]
  images: Image[]
  /** Between the frames: RMS differences, in the images' unit. */
  changes: number[]
  /** How many images were generated. */
  generated: number
  /** The images at `corners`. */
  corners: Image[]
}

/** The images that `evenPace` generates on a smooth path. */
export function imagesOfEvenPace(frames: number): number {
  return frames < 3 ? frames : 2 * exploredTogether(frames) + frames + placedImages(frames)
}

/** The most images that are explored together: half of the frames or less, so that each batch knows of the last. */
export function exploredTogether(frames: number): number {
  return Math.min(64, Math.max(4, 2 ** Math.floor(Math.log2(frames / 2))))
}

/** Images of placing all frames but the ends, and once more. */
const placedImages = (frames: number) => 2 * (frames - 2)

/**
 * Places frames along a path by how much its images change rather than by its parameter: generates a coarse path, refines it
 * where it changes most, places the frames so that the changes between neighbours are in proportion to the steps of
 * `progress`, generates them, and places them again by what they add to the knowledge of the path. It is the chords that are
 * made equal, not the lengths of the path, since the chord is the change that is seen. No image is generated twice, and at
 * most `imagesPerFrame` images per frame.
 * @param options.progress of each frame: strictly increasing from 0 to 1, as `easedProgress` gives it
 * @param options.corners shares where the path turns, whose images are generated in any case
 */
export async function evenPace<Image extends PathImage>(options: {
  progress: readonly number[]
  corners?: readonly number[]
  generate: (request: PathRequest) => Promise<Image[]>
}): Promise<PacedFrames<Image>> {
  const { progress, corners = [], generate } = options
  const frames = progress.length
  const images = new GeneratedImages(generate, imagesPerFrame * frames)
  const framesAt = async (shares: number[]) => {
    // One more placement is expected as long as the images suffice for it.
    const made = await images.at(shares, { after: Math.min(images.left, frames - 2) })
    return { shares, images: made, changes: changesOf(made) }
  }
  const result = async (made: Awaited<ReturnType<typeof framesAt>>) => {
    const atCorners = await images.at(corners, { after: 0 })
    return { ...made, generated: images.generated, corners: atCorners }
  }
  if (frames < 3) return await result(await framesAt([...progress]))

  const path = await explore(images, { progress, corners })
  if (!(path.length > 0)) return await result(await framesAt([...progress]))
  let made = await framesAt(placed(path, progress))
  let best = made
  while (!path.isBroken(frames) && unevenness(made.changes, progress) > goodUnevenness) {
    const shares = settled(placed(new MeasuredPath(images.known), progress), made.shares)
    const missing = images.missing(shares).length
    if (missing === 0 || missing > images.left) break
    made = await framesAt(shares)
    if (unevenness(made.changes, progress) < unevenness(best.changes, progress)) best = made
  }
  return await result(best)
}

/** Generates a coarse path and refines it where it changes most, until it is fine enough or the images are used up. */
async function explore(
  images: GeneratedImages<PathImage>,
  { progress, corners }: { progress: readonly number[]; corners: readonly number[] },
): Promise<MeasuredPath> {
  const frames = progress.length
  const batch = exploredTogether(frames)
  const coarse = 2 * batch
  const reserved = placedImages(frames)
  await images.at(
    [...Array.from({ length: coarse }, (_, i) => i / (coarse - 1)), ...corners].sort((a, b) => a - b),
    { after: frames + reserved },
  )
  for (;;) {
    const path = new MeasuredPath(images.known)
    const left = images.left - reserved
    const wanted = refinement(path, { progress, count: left }).length
    const shares = refinement(path, { progress, count: Math.min(batch, left) })
    if (shares.length === 0) return path
    await images.at(shares, { after: wanted - shares.length + reserved })
  }
}

/** Up to `count` shares to explore: each one divides the interval whose parts change most for the frames that lie there. */
function refinement(
  path: MeasuredPath,
  { progress, count }: { progress: readonly number[]; count: number },
): number[] {
  const { positions, shares, length } = path
  if (!(length > 0)) return []
  const intervals = shares.slice(1).map((to, i) => {
    const [start = 0, end = 0] = positions.slice(i, i + 2)
    const wanted = length * stepAround((start + end) / 2 / length, progress)
    return { from: shares[i] ?? 0, to, change: (end - start) / wanted, parts: 1 }
  })
  for (let left = count; left > 0; left--) {
    let [most, ofMost]: [{ parts: number } | null, number] = [null, resolution]
    for (const interval of intervals) {
      const { from, to, change, parts } = interval
      if (change / parts <= ofMost || (to - from) / (parts + 1) < closest) continue
      ;[most, ofMost] = [interval, change / parts]
    }
    if (!most) break
    most.parts++
  }
  return intervals.flatMap(({ from, to, parts }) =>
    Array.from({ length: parts - 1 }, (_, i) => from + ((to - from) * (i + 1)) / parts),
  )
}

/** The step of the progress between the frames around a share of the whole change. */
function stepAround(share: number, progress: readonly number[]): number {
  const next = Math.max(
    1,
    progress.findIndex((value) => value > share),
  )
  return (progress[next] ?? 1) - (progress[next - 1] ?? 0)
}

/** Shares of the frames on a path, exactly 0 first and 1 last. */
function placed(path: MeasuredPath, progress: readonly number[]): number[] {
  const last = progress.length - 1
  return path
    .evenPositions(progress)
    .map((position, i) => (i === 0 ? 0 : i === last ? 1 : path.shareAt(position)))
}

/** The new shares, except that those which hardly move stay what they were, so that their images are used again. */
function settled(shares: readonly number[], before: readonly number[]): number[] {
  return shares.map((share, i) => {
    const [previous = share, next = share] = [shares[i - 1], shares[i + 1]]
    const old = before[i] ?? share
    return Math.abs(old - share) <= samePosition * Math.min(share - previous, next - share) ? old : share
  })
}

/** The images generated so far, by share, none of which is generated again. */
class GeneratedImages<Image extends PathImage> {
  readonly known = new Map<number, Image>()
  private readonly limit: number
  private readonly generate: (request: PathRequest) => Promise<Image[]>
  /** The share of the work that is done. */
  private done = 0

  constructor(generate: (request: PathRequest) => Promise<Image[]>, limit: number) {
    this.generate = generate
    this.limit = limit
  }

  get generated(): number {
    return this.known.size
  }

  /** How many may still be generated. */
  get left(): number {
    return this.limit - this.generated
  }

  missing(shares: readonly number[]): number[] {
    return [...new Set(shares)].filter((share) => !this.known.has(share))
  }

  /** The images at some shares. @param expected.after images that are expected to be generated after these */
  async at(shares: readonly number[], expected: { after: number }): Promise<Image[]> {
    const missing = this.missing(shares)
    if (missing.length > 0) {
      const from = this.done
      this.done += ((1 - from) * missing.length) / (missing.length + expected.after)
      const images = await this.generate({ shares: missing, part: [from, this.done] })
      missing.forEach((share, i) => {
        const image = images[i]
        if (image) this.known.set(share, image)
      })
    }
    return shares.flatMap((share) => this.known.get(share) ?? [])
  }
}
