import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { ImageShape } from '#shared/schemas/image.ts'
import {
  randomAugmentation,
  lightLength,
  viewLength,
  viewOf,
} from '../../../../src-main/engine/data/augment.ts'
import { augmentationSize } from '../../../../src-main/engine/model/nets/network.ts'
import type { Augmentation } from '../../../../src-main/engine/data/augment.ts'

const shapes = fc.record({
  height: fc.integer({ min: 1, max: 7 }),
  width: fc.integer({ min: 1, max: 7 }),
  channels: fc.constantFrom(1, 3, 4),
}) as fc.Arbitrary<ImageShape>

const still = { mirrored: false, upsideDown: false, quarters: 0, down: 0, right: 0 }
const inside = (at: number, side: number) => Math.min(side - 1, Math.max(0, at))

/** Row and column that the pixel at y, x comes from. */
function source({ height, width }: ImageShape, view: ArrayLike<number>, [y, x]: [number, number]) {
  const [down = 0, right = 0, first = 0, perRow = 0, perColumn = 0] = Array.from(view)
  const index = first + inside(y - down, height) * perRow + inside(x - right, width) * perColumn
  return [Math.floor(index / width), index % width]
}

/** Checks a transformation pixel by pixel against the expected source of each pixel. */
function expectMoved(
  shape: ImageShape,
  transformation: Partial<typeof still>,
  from: (y: number, x: number) => [number, number],
): void {
  const view = viewOf(shape, { ...still, ...transformation })
  for (let y = 0; y < shape.height; y++)
    for (let x = 0; x < shape.width; x++) expect(source(shape, view, [y, x])).toEqual(from(y, x))
}

describe('the transformation of an image of any shape', () => {
  it('mirrors', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { height, width } = shape
        expectMoved(shape, {}, (y, x) => [y, x])
        expectMoved(shape, { mirrored: true }, (y, x) => [y, width - 1 - x])
        expectMoved(shape, { upsideDown: true }, (y, x) => [height - 1 - y, x])
      }),
    )
  })

  it('turns a quarter counter-clockwise, and two quarters are both mirrors', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const square = { ...shape, height: shape.width }
        const last = shape.width - 1
        // What was at the right edge is at the top.
        expectMoved(square, { quarters: 1 }, (y, x) => [x, last - y])
        expectMoved(square, { quarters: 3 }, (y, x) => [last - x, y])
        expect(viewOf(shape, { ...still, quarters: 2 })).toEqual(
          viewOf(shape, { ...still, mirrored: true, upsideDown: true }),
        )
      }),
    )
  })

  it('turns what was mirrored before', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const square = { ...shape, height: shape.width }
        const last = shape.width - 1
        expectMoved(square, { mirrored: true, quarters: 1 }, (y, x) => [x, y])
        expectMoved(square, { upsideDown: true, quarters: 1 }, (y, x) => [last - x, last - y])
      }),
    )
  })

  it('shifts by just so many pixels and repeats the edges', () => {
    const far = fc.integer({ min: -8, max: 8 })
    fc.assert(
      fc.property(shapes, far, far, (shape, down, right) => {
        const { height, width } = shape
        expectMoved(shape, { down, right }, (y, x) => [inside(y - down, height), inside(x - right, width)])
      }),
    )
  })
})

const off: Augmentation = {
  ...{ flip: false, flipVertical: false, turn: false, shift: 0, jitter: 0 },
  augmentCondition: false,
}
const everything: Augmentation = {
  ...{ flip: true, flipVertical: true, turn: true, shift: 0.3, jitter: 0.4 },
  augmentCondition: true,
}
const rows = (values: Float32Array, length: number) =>
  Array.from({ length: values.length / length }, (_, i) => [...values.subarray(i * length, (i + 1) * length)])

describe('the images of a step', () => {
  it('stay as they are when nothing is asked for', () => {
    const shape: ImageShape = { height: 3, width: 5, channels: 3 }
    const { views } = randomAugmentation({ settings: off, shape, count: 4, seed: 1, step: 2 })
    for (const view of rows(views, viewLength)) expect(view).toEqual(viewOf(shape, still))
  })

  it('is the same for the same seed and step, takes pixels from inside the image, and differs otherwise', () => {
    fc.assert(
      fc.property(shapes, fc.nat(1000), fc.nat(100_000), (shape, seed, step) => {
        const made = () => randomAugmentation({ settings: everything, shape, count: 5, seed, step })
        const { views, lights, conditions } = made()
        expect(made()).toEqual({ views, lights, conditions })
        const corners = [0, shape.height - 1].flatMap((y) =>
          [0, shape.width - 1].map((x): [number, number] => [y, x]),
        )
        for (const view of rows(views, viewLength))
          for (const corner of corners) {
            const [row = -1, column = -1] = source(shape, view, corner)
            expect(row >= 0 && row < shape.height && column >= 0 && column < shape.width).toBe(true)
          }
        for (const [brightness = 1, contrast = 0] of rows(lights, lightLength)) {
          expect(Math.abs(brightness)).toBeLessThanOrEqual(Math.fround(0.4))
          expect(Math.abs(contrast - 1)).toBeLessThanOrEqual(0.4001)
        }
      }),
    )
    const shape: ImageShape = { height: 6, width: 6, channels: 3 }
    const of = (seed: number, step: number) =>
      randomAugmentation({ settings: everything, shape, count: 4, seed, step })
    expect(of(1, 2)).not.toEqual(of(1, 3))
    expect(of(1, 2)).not.toEqual(of(2, 2))
  })

  it('shifts each image independently, up to the set share in every direction', () => {
    const shape: ImageShape = { height: 10, width: 20, channels: 1 }
    const { views } = randomAugmentation({
      settings: { ...off, shift: 0.2 },
      shape,
      count: 400,
      seed: 1,
      step: 0,
    })
    const moves = rows(views, viewLength).map(([down = 9, right = 9]) => [down, right] as const)
    for (const [down, right] of moves) {
      expect(Math.abs(down)).toBeLessThanOrEqual(2)
      expect(Math.abs(right)).toBeLessThanOrEqual(4)
    }
    expect(new Set(moves.map(String)).size).toBe(5 * 9)
  })

  it('has four turns for square images, else two', () => {
    const turns = (shape: ImageShape) => {
      const { views } = randomAugmentation({
        ...{ settings: { ...off, turn: true }, shape, count: 200, seed: 3, step: 9 },
      })
      return new Set(rows(views, viewLength).map(([, , first]) => first)).size
    }
    expect(turns({ height: 3, width: 3, channels: 1 })).toBe(4)
    expect(turns({ height: 2, width: 3, channels: 1 })).toBe(2)
  })
})

describe('what the network is told', () => {
  const shape: ImageShape = { height: 10, width: 10, channels: 1 }
  const all = (settings: Augmentation) => {
    const { views, lights, conditions } = randomAugmentation({ settings, shape, count: 60, seed: 3, step: 4 })
    return { views: rows(views, viewLength), lights: rows(lights, lightLength), conditions }
  }

  it('is zero where nothing was done', () => {
    expect(all(off).conditions).toEqual(new Float32Array(60 * augmentationSize))
  })

  it('is enough to tell what was done to each image', () => {
    const { views, lights, conditions } = all(everything)
    rows(conditions, augmentationSize).forEach((told, i) => {
      const [mirrored = 0, upsideDown = 0, cos = 9, sin = 9, down = 9, right = 9, bright = 9, contrast = 9] =
        told
      const quarters = Math.round(Math.atan2(sin, cos + 1) / (Math.PI / 2) + 4) % 4
      const done = { mirrored: mirrored === 1, upsideDown: upsideDown === 1, quarters }
      const moved = { down: Math.round(3 * down), right: Math.round(3 * right) }
      expect(viewOf(shape, { ...done, ...moved })).toEqual(views[i])
      expect(0.4 * bright).toBeCloseTo(lights[i]?.[0] ?? NaN, 6)
      expect(1 + 0.4 * contrast).toBeCloseTo(lights[i]?.[1] ?? NaN, 6)
      for (const value of told) expect(Math.abs(value)).toBeLessThanOrEqual(2)
    })
    const different = new Set(rows(conditions, augmentationSize).map((told) => told.slice(0, 4).join()))
    expect(different.size).toBe(16)
  })
})

test('a shift that is asked for is at least a pixel', () => {
  const shape: ImageShape = { height: 4, width: 4, channels: 1 }
  const { views } = randomAugmentation({
    settings: { ...off, shift: 0.01 },
    shape,
    count: 50,
    seed: 1,
    step: 1,
  })
  expect(new Set(rows(views, viewLength).map(([down]) => down))).toEqual(new Set([-1, 0, 1]))
})
