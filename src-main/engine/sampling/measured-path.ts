/** One image, flat; all images of a path have the same length. */
export type PathImage = Uint8Array | Float32Array

/** Images are not told apart at shares closer than this, where 32-bit latents are the same. */
export const closest = 2 ** -27

/** Rounds of `evenPositions`: each one costs only the differences between known images. */
const relaxations = 30

/** Root mean square difference of two images, in their own unit. */
export function change(a: PathImage, b: PathImage): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += ((a[k] ?? 0) - (b[k] ?? 0)) ** 2
  return Math.sqrt(sum / a.length)
}

/** The changes between each image and the next. */
export function changesOf(images: readonly PathImage[]): number[] {
  return images.slice(1).map((image, i) => change(images[i] ?? image, image))
}

/** The largest change over the mean change; 1 where nothing changes. */
export function evennessOf(changes: readonly number[]): number {
  const total = changes.reduce((sum, value) => sum + value, 0)
  return total > 0 ? (Math.max(...changes) * changes.length) / total : 1
}

/** Where a position lies: the interval of known images, and how far along it, in [0, 1]. */
interface Location {
  interval: number
  along: number
}

/**
 * A path of images of which some are known, at increasing shares from 0 to 1; between two known images it is taken as the
 * straight line from one to the other. A position is a length along that polyline, measured by `change`. Where the image
 * jumps between shares that cannot be told apart, the path is broken: no frame can lie there, so that this adds no length.
 */
export class MeasuredPath {
  /** The position of each known image; the last is the length of the path. */
  readonly positions: readonly number[]
  readonly shares: readonly number[]
  /** The largest jump at a break; 0 for a path that is not broken. */
  readonly largestJump: number
  private readonly images: readonly PathImage[]
  /** Squared changes between known images, by `row · count + column`. */
  private readonly squares = new Map<number, number>()

  constructor(known: ReadonlyMap<number, PathImage>) {
    const sorted = [...known].sort(([a], [b]) => a - b)
    this.shares = sorted.map(([share]) => share)
    this.images = sorted.map(([, image]) => image)
    const positions = [0]
    let largestJump = 0
    for (let i = 1; i < sorted.length; i++) {
      const step = Math.sqrt(this.square(i - 1, i))
      const divisible = (this.shares[i] ?? 1) - (this.shares[i - 1] ?? 0) >= 2 * closest
      positions.push((positions[i - 1] ?? 0) + (divisible ? step : 0))
      if (!divisible) largestJump = Math.max(largestJump, step)
    }
    this.positions = positions
    this.largestJump = largestJump
  }

  get length(): number {
    return this.positions.at(-1) ?? 0
  }

  /** The share at a position, linear between known images. */
  shareAt(position: number): number {
    const { interval, along } = this.locate(position)
    const [from = 0, to = 1] = this.shares.slice(interval, interval + 2)
    return from + (to - from) * along
  }

  /**
   * The change between the images at two positions. For weights w that add up to 0, |Σ wᵢ xᵢ|² = −½ Σᵢⱼ wᵢ wⱼ |xᵢ − xⱼ|², so
   * that the blended images themselves are not needed.
   */
  changeBetween(a: number, b: number): number {
    const [from, to] = [this.locate(a), this.locate(b)]
    const weights: [number, number][] = [
      [from.interval, from.along - 1],
      [from.interval + 1, -from.along],
      [to.interval, 1 - to.along],
      [to.interval + 1, to.along],
    ]
    let sum = 0
    for (const [i, u] of weights) for (const [j, v] of weights) sum -= u * v * this.square(i, j)
    return Math.sqrt(Math.max(0, sum / 2))
  }

  /**
   * Positions between which the changes are in proportion to the steps of `progress`, which increases from 0 to 1. Starts
   * from equal lengths along the path, which are equal changes where it is straight, and repeats `respaced` where it bends. On
   * a path with a jump that is too large for the frames, the lengths between them are equal: changes cannot be.
   */
  evenPositions(progress: readonly number[]): number[] {
    let positions = progress.map((share) => share * this.length)
    if (this.isBroken(progress.length)) return positions
    let best = { positions, unevenness: Infinity }
    for (let round = 0; round <= relaxations; round++) {
      const changes = positions.slice(1).map((to, i) => this.changeBetween(positions[i] ?? 0, to))
      const found = unevenness(changes, progress)
      if (found < best.unevenness) best = { positions, unevenness: found }
      if (found < 1.001) break
      positions = respaced({ positions, changes, progress })
    }
    return best.positions
  }

  /** Whether a jump is larger than the change wanted between this many frames. */
  isBroken(frames: number): boolean {
    return this.largestJump * (frames - 1) > this.length + this.largestJump
  }

  private locate(position: number): Location {
    const last = this.positions.length - 2
    let [low, high] = [0, last]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.positions[middle] ?? 0) <= position) low = middle
      else high = middle - 1
    }
    const [from = 0, to = 0] = this.positions.slice(low, low + 2)
    return { interval: low, along: to > from ? Math.min(1, Math.max(0, (position - from) / (to - from))) : 0 }
  }

  private square(i: number, j: number): number {
    if (i === j) return 0
    const key = Math.min(i, j) * this.images.length + Math.max(i, j)
    const known = this.squares.get(key)
    if (known !== undefined) return known
    const [a, b] = [this.images[i], this.images[j]]
    const square = a && b ? change(a, b) ** 2 : 0
    this.squares.set(key, square)
    return square
  }
}

/** The largest change over what `progress` asks for there: 1 where all changes are as asked, for no change at all too. */
export function unevenness(changes: readonly number[], progress: readonly number[]): number {
  const total = changes.reduce((sum, value) => sum + value, 0)
  if (!(total > 0)) return 1
  return Math.max(...changes.map((value, i) => value / total / ((progress[i + 1] ?? 1) - (progress[i] ?? 0))))
}

/**
 * Moves positions so that the changes between them come closer to the steps of `progress`: the change is taken to be spread
 * evenly between two positions, and the new ones are where its sum has the wanted values.
 */
export function respaced(options: {
  positions: readonly number[]
  changes: readonly number[]
  progress: readonly number[]
}): number[] {
  const { positions, changes, progress } = options
  const total = changes.reduce((sum, value) => sum + value, 0)
  let [interval, before] = [0, 0]
  return positions.map((same, i) => {
    if (i === 0 || i === positions.length - 1 || !(total > 0)) return same
    const wanted = (progress[i] ?? 0) * total
    while (interval < changes.length - 1 && before + (changes[interval] ?? 0) < wanted)
      before += changes[interval++] ?? 0
    const [from = 0, to = 0] = positions.slice(interval, interval + 2)
    const here = changes[interval] ?? 0
    return here > 0 ? from + (to - from) * Math.min(1, (wanted - before) / here) : from
  })
}
