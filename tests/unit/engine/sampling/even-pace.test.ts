import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { easingNames } from '#shared/sampling-messages.ts'
import { evenPace, imagesPerFrame } from '../../../../src-main/engine/sampling/even-pace.ts'
import type { PathRequest } from '../../../../src-main/engine/sampling/even-pace.ts'
import { easedProgress } from '../../../../src-main/engine/sampling/easing.ts'
import {
  change,
  changesOf,
  evennessOf,
  MeasuredPath,
  unevenness,
} from '../../../../src-main/engine/sampling/measured-path.ts'

type Path = (share: number) => number[]

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
/** Images along a path, with a record of what was generated. */
function follow(path: Path) {
  const requests: PathRequest[] = []
  const image = (share: number) => Float32Array.from(path(share))
  const generate = (request: PathRequest) => {
    requests.push(request)
    return Promise.resolve(request.shares.map(image))
  }
  return { generate, requests, image }
}

const centre = fc.double({ min: 0.05, max: 0.95, noNaN: true })
/** Nearly still, one quick change, nearly still: from one image to another along a line. */
const stepOf = (steepest: number) =>
  fc.record({ at: centre, steepness: fc.double({ min: 5, max: steepest, noNaN: true }) }).map(
    ({ at, steepness }): Path =>
      (share) =>
        [1, -2, 0.5, 3].map((weight) => weight * (0.01 * share + sigmoid(steepness * (share - at)))),
  )
/** Different pixels change at different times, so that the path bends. */
const bend = fc
  .array(fc.record({ at: centre, steepness: fc.double({ min: 5, max: 40, noNaN: true }) }), {
    minLength: 6,
    maxLength: 6,
  })
  .map(
    (pixels): Path =>
      (share) =>
        pixels.map(({ at, steepness }) => 0.1 * share + sigmoid(steepness * (share - at))),
  )
const smooth = fc.oneof(stepOf(400), bend)
const smoother = fc.oneof(stepOf(100), bend)
const frames = fc.integer({ min: 9, max: 40 })
const easing = fc.constantFrom(...easingNames)

describe('an even pace', () => {
  it('makes the largest change of smooth paths at most 1.2 times the mean', async () => {
    await fc.assert(
      fc.asyncProperty(smooth, frames, async (path, count) => {
        const { changes } = await evenPace({ progress: easedProgress(count, 'linear'), ...follow(path) })
        expect(evennessOf(changes)).toBeLessThanOrEqual(1.2)
      }),
    )
  })

  it('follows an easing curve', async () => {
    await fc.assert(
      fc.asyncProperty(smoother, frames, easing, async (path, count, name) => {
        const progress = easedProgress(count, name)
        const { changes } = await evenPace({ progress, ...follow(path) })
        expect(unevenness(changes, progress)).toBeLessThanOrEqual(1.3)
      }),
    )
  })

  it('has the path’s own ends, increasing shares, the images of these, and a bounded number of images', async () => {
    const broken: Path = (share) => [share < 0.3 ? 0 : 1, share > 0.7001 ? 5 : 0, share]
    const flat: Path = (share) => [share < 0.5 ? 0 : share - 0.5, 1]
    const anyPath = fc.oneof(smooth, fc.constantFrom(broken, flat))
    await fc.assert(
      fc.asyncProperty(anyPath, fc.integer({ min: 2, max: 40 }), easing, async (path, count, name) => {
        const { generate, requests, image } = follow(path)
        const result = await evenPace({ progress: easedProgress(count, name), generate })
        const { shares, images, changes } = result
        expect(shares).toHaveLength(count)
        expect([shares[0], shares.at(-1)]).toEqual([0, 1])
        expect(shares).toEqual([...shares].sort((a, b) => a - b))
        expect(images).toEqual(shares.map(image))
        expect(changes).toEqual(changesOf(images))
        const asked = requests.flatMap((request) => request.shares)
        expect(new Set(asked).size).toBe(asked.length)
        expect(result.generated).toBe(asked.length)
        expect(asked.length).toBeLessThanOrEqual(imagesPerFrame * count)
        for (const request of requests)
          expect(request.shares).toEqual([...request.shares].sort((a, b) => a - b))
      }),
    )
  })

  it('reports parts of the work that follow one another up to the whole', async () => {
    await fc.assert(
      fc.asyncProperty(smooth, fc.integer({ min: 2, max: 40 }), async (path, count) => {
        const { generate, requests } = follow(path)
        await evenPace({ progress: easedProgress(count, 'linear'), generate })
        let end = 0
        for (const { part } of requests) {
          expect(part[0]).toBe(end)
          expect(part[1]).toBeGreaterThan(part[0])
          end = part[1]
        }
        expect(end).toBeGreaterThan(0.3)
        expect(end).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('keeps the even shares of a path that does not change', async () => {
    const { generate, requests } = follow(() => [1, 2, 3])
    const result = await evenPace({ progress: easedProgress(9, 'linear'), generate })
    expect(result.shares).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => i / 8))
    expect(result.changes).toEqual(Array.from({ length: 8 }, () => 0))
    expect(requests.length).toBeLessThan(3)

    const eased = easedProgress(9, 'ease-in')
    const slow = await evenPace({ progress: eased, generate })
    expect(slow.shares).toEqual(eased)
  })

  it('puts a frame at every part of a path with two quick changes', async () => {
    const path: Path = (share) => [sigmoid(300 * (share - 0.31)), 2 * sigmoid(300 * (share - 0.83))]
    const { shares, changes } = await evenPace({ progress: easedProgress(17, 'linear'), ...follow(path) })
    expect(evennessOf(changes)).toBeLessThan(1.2)
    // The second change is twice as large and takes two thirds of the 16 steps.
    expect(shares.filter((share) => share < 0.5)).toHaveLength(6)
  })

  it('spreads the frames of a path that jumps over the rest of it', async () => {
    const path: Path = (share) => [share < 0.3 ? 0 : 9, share, sigmoid(20 * (share - 0.7))]
    const { shares, changes } = await evenPace({ progress: easedProgress(17, 'linear'), ...follow(path) })
    const rest = changes.filter((value) => value < 1)
    expect(rest).toHaveLength(15)
    expect(evennessOf(rest)).toBeLessThan(1.5)
    expect(Math.min(...shares.slice(1).map((share, i) => share - shares[i]!))).toBeGreaterThan(0.01)
  })

  it('fails with what generation fails with', async () => {
    const generate = () => Promise.reject(new Error('cancelled'))
    await expect(evenPace({ progress: easedProgress(5, 'linear'), generate })).rejects.toThrow('cancelled')
  })
})

describe('a measured path', () => {
  it('measures the change between blends of known images as the blends themselves do', () => {
    const known = new Map(
      [0, 0.5, 0.6, 1].map((share) => [share, Float32Array.of(share ** 2, Math.sin(9 * share), 1 - share)]),
    )
    const path = new MeasuredPath(known)
    const blend = (position: number) => {
      const share = path.shareAt(position)
      const [[from, a], [to, b]] = [...known.entries()]
        .map((entry, i, all) => [entry, all[i + 1] ?? entry] as const)
        .find(([, [next]]) => next >= share) as [[number, Float32Array], [number, Float32Array]]
      const along = (share - from) / (to - from)
      return a.map((value, k) => value * (1 - along) + (b[k] ?? 0) * along)
    }
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (u, v) => {
          const [a, b] = [u * path.length, v * path.length]
          expect(path.changeBetween(a, b)).toBeCloseTo(change(blend(a), blend(b)), 5)
        },
      ),
    )
  })
})

describe('an easing curve', () => {
  it.each(easingNames)('%s goes from 0 to 1 and always increases', (name) => {
    const progress = easedProgress(65, name)
    expect([progress[0], progress.at(-1)]).toEqual([0, 1])
    for (let i = 1; i < progress.length; i++) expect(progress[i]).toBeGreaterThan(progress[i - 1]!)
  })

  it('starts or ends slowly as its name says', () => {
    const middle = (name: (typeof easingNames)[number]) => easedProgress(3, name)[1]
    expect(easingNames.map(middle)).toEqual([0.5, 0.25, 0.75, 0.5])
    expect(easedProgress(5, 'ease-in-out')[1]).toBeCloseTo(0.15625)
    expect(easedProgress(2, 'ease-in')).toEqual([0, 1])
  })
})
