import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { PictureShape } from '#contract/pictures.ts'
import {
  augment,
  mirror,
  mirrorVertically,
  relight,
  shift,
  turn,
} from '../../../../src-main/engine/data/augment.ts'
import type { Augmentation } from '../../../../src-main/engine/data/augment.ts'

const shapes = fc.record({
  height: fc.integer({ min: 1, max: 7 }),
  width: fc.integer({ min: 1, max: 7 }),
  channels: fc.constantFrom(1, 3, 4),
}) as fc.Arbitrary<PictureShape>

/** A picture whose numbers all differ, so that each shows where it came from. */
const numbered = ({ height, width, channels }: PictureShape) =>
  Float32Array.from({ length: height * width * channels }, (_, i) => i / 1024)
const at = (picture: Float32Array, { width, channels }: PictureShape, place: [number, number, number]) =>
  picture[(place[0] * width + place[1]) * channels + place[2]]

/** Checks `changed` pixel by pixel against where each is to come from. */
function expectMoved(
  shape: PictureShape,
  changed: Float32Array,
  from: (y: number, x: number) => [number, number],
): void {
  const before = numbered(shape)
  for (let y = 0; y < shape.height; y++)
    for (let x = 0; x < shape.width; x++)
      for (let c = 0; c < shape.channels; c++)
        expect(at(changed, shape, [y, x, c])).toBe(at(before, shape, [...from(y, x), c]))
}
const after = (shape: PictureShape, change: (picture: Float32Array) => void) => {
  const picture = numbered(shape)
  change(picture)
  return picture
}

describe('moving pixels, at any shape', () => {
  it('mirrors', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { height, width } = shape
        expectMoved(
          shape,
          after(shape, (picture) => mirror(picture, shape)),
          (y, x) => [y, width - 1 - x],
        )
        expectMoved(
          shape,
          after(shape, (picture) => mirrorVertically(picture, shape)),
          (y, x) => [height - 1 - y, x],
        )
      }),
    )
  })

  it('gives the picture back when mirrored twice or turned by four quarters', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 0, max: 3 }), (shape, quarters) => {
        for (const change of [mirror, mirrorVertically])
          expect(after(shape, (picture) => [1, 2].forEach(() => change(picture, shape)))).toEqual(
            numbered(shape),
          )
        const square = { ...shape, height: shape.width }
        const turned = after(square, (picture) => {
          turn(picture, square, quarters)
          turn(picture, square, (4 - quarters) % 4)
        })
        expect(turned).toEqual(numbered(square))
      }),
    )
  })

  it('turns a quarter counter-clockwise, and two quarters are both mirrors', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const square = { ...shape, height: shape.width }
        const last = shape.width - 1
        // What was at the right edge is at the top.
        expectMoved(
          square,
          after(square, (picture) => turn(picture, square, 1)),
          (y, x) => [x, last - y],
        )
        const both = after(shape, (picture) => {
          mirror(picture, shape)
          mirrorVertically(picture, shape)
        })
        expect(after(shape, (picture) => turn(picture, shape, 2))).toEqual(both)
      }),
    )
  })

  it('shifts by just so many pixels and repeats the edges', () => {
    fc.assert(
      fc.property(
        shapes,
        fc.integer({ min: -8, max: 8 }),
        fc.integer({ min: -8, max: 8 }),
        (shape, down, right) => {
          const inside = (place: number, side: number) => Math.min(side - 1, Math.max(0, place))
          expectMoved(
            shape,
            after(shape, (picture) => shift(picture, shape, { down, right })),
            (y, x) => [inside(y - down, shape.height), inside(x - right, shape.width)],
          )
        },
      ),
    )
  })
})

describe('light', () => {
  const mean = (picture: Float32Array) => picture.reduce((sum, value) => sum + value, 0) / picture.length
  const spread = (picture: Float32Array) => Math.max(...picture) - Math.min(...picture)
  const grey = () => Float32Array.of(0.4, 0.5, 0.6, 0.45, 0.55)

  it('moves the mean by the brightness and widens differences by the contrast', () => {
    const picture = grey()
    relight(picture, { brightness: 0.1, contrast: 1.5 })
    expect(mean(picture)).toBeCloseTo(0.6, 6)
    expect(spread(picture)).toBeCloseTo(1.5 * 0.2, 6)
    const kept = grey()
    relight(kept, { brightness: 0, contrast: 1 })
    expect(kept).toEqual(grey())
  })

  it('cuts off at black and white', () => {
    const picture = Float32Array.of(0, 0.5, 1)
    relight(picture, { brightness: 0.3, contrast: 1 })
    expect([...picture]).toEqual([Math.fround(0.3), Math.fround(0.8), 1])
    relight(picture, { brightness: -1, contrast: 1 })
    expect([...picture]).toEqual([0, 0, 0])
  })
})

const off: Augmentation = { flip: false, flipVertical: false, turn: false, shift: 0, jitter: 0 }
const everything: Augmentation = { flip: true, flipVertical: true, turn: true, shift: 0.3, jitter: 0.4 }

describe('the pictures of a step', () => {
  const batch = (shape: PictureShape, count: number) =>
    Float32Array.from(
      { length: count * shape.height * shape.width * shape.channels },
      (_, i) => (i % 97) / 96,
    )

  it('stay as they are when nothing is asked for', () => {
    const shape: PictureShape = { height: 3, width: 5, channels: 3 }
    const images = batch(shape, 4)
    augment(images, { settings: off, shape, seed: 1, step: 2 })
    expect(images).toEqual(batch(shape, 4))
  })

  it('are varied the same way for the same seed and step, stay within [0, 1], and else differ', () => {
    fc.assert(
      fc.property(shapes, fc.nat(1000), fc.nat(100_000), (shape, seed, step) => {
        const made = () => {
          const images = batch(shape, 5)
          augment(images, { settings: everything, shape, seed, step })
          return images
        }
        const images = made()
        expect(made()).toEqual(images)
        expect(images.every((value) => value >= 0 && value <= 1)).toBe(true)
      }),
    )
    const shape: PictureShape = { height: 6, width: 6, channels: 3 }
    const of = (seed: number, step: number) => {
      const images = batch(shape, 4)
      augment(images, { settings: everything, shape, seed, step })
      return images
    }
    expect(of(1, 2)).not.toEqual(of(1, 3))
    expect(of(1, 2)).not.toEqual(of(2, 2))
  })

  it('are each moved on their own, as far as asked for in every direction and no further', () => {
    const shape: PictureShape = { height: 10, width: 20, channels: 1 }
    const count = 400
    const images = new Float32Array(count * 200)
    // One light pixel in the middle of each.
    for (let i = 0; i < count; i++) images[i * 200 + 5 * 20 + 10] = 1
    augment(images, { settings: { ...off, shift: 0.2 }, shape, seed: 1, step: 0 })
    const moves = new Set<string>()
    for (let i = 0; i < count; i++) {
      const place = images.subarray(i * 200, (i + 1) * 200).indexOf(1)
      const [down, right] = [Math.floor(place / 20) - 5, (place % 20) - 10]
      expect(Math.abs(down)).toBeLessThanOrEqual(2)
      expect(Math.abs(right)).toBeLessThanOrEqual(4)
      moves.add(`${down} ${right}`)
    }
    expect(moves.size).toBe(5 * 9)
  })

  it('are turned all four ways where they are square, else two', () => {
    const ways = (shape: PictureShape) => {
      const size = shape.height * shape.width
      const images = new Float32Array(200 * size)
      for (let i = 0; i < 200; i++) images[i * size] = 1
      augment(images, { settings: { ...off, turn: true }, shape, seed: 3, step: 9 })
      const places = Array.from({ length: 200 }, (_, i) =>
        images.subarray(i * size, (i + 1) * size).indexOf(1),
      )
      return [...new Set(places)].sort((a, b) => a - b)
    }
    expect(ways({ height: 3, width: 3, channels: 1 })).toEqual([0, 2, 6, 8])
    expect(ways({ height: 2, width: 3, channels: 1 })).toEqual([0, 5])
  })
})

test('a shift that is asked for is at least a pixel', () => {
  const shape: PictureShape = { height: 4, width: 4, channels: 1 }
  const images = Float32Array.from({ length: 50 * 16 }, (_, i) => (i % 16) / 16)
  const before = images.slice()
  augment(images, { settings: { ...off, shift: 0.01 }, shape, seed: 1, step: 1 })
  expect(images).not.toEqual(before)
})
