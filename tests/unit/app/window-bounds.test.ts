import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitWindow, isReachable } from '../../../src-main/app/window-bounds.ts'
import type { Bounds } from '../../../src-main/app/window-bounds.ts'

const firstSize = { width: 1280, height: 800 }
const smallest = { width: 880, height: 600 }
const fit = (remembered: Bounds | undefined, ...areas: Bounds[]) =>
  fitWindow({ remembered, areas, firstSize, smallest })

const laptop = { x: 0, y: 25, width: 1440, height: 875 }
const leftOfIt = { x: -1920, y: -200, width: 1920, height: 1055 }
const huge = { x: 1440, y: 0, width: 3840, height: 2160 }

const areas = fc.array(
  fc.record({
    x: fc.integer({ min: -20_000, max: 20_000 }),
    y: fc.integer({ min: -20_000, max: 20_000 }),
    width: fc.integer({ min: 320, max: 8000 }),
    height: fc.integer({ min: 240, max: 8000 }),
  }),
  { minLength: 1, maxLength: 4 },
)
const anything = fc.option(
  fc.record({
    x: fc.double(),
    y: fc.double(),
    width: fc.double(),
    height: fc.double(),
  }),
  { nil: undefined },
)
const nearby = fc.record({
  x: fc.integer({ min: -30_000, max: 30_000 }),
  y: fc.integer({ min: -30_000, max: 30_000 }),
  width: fc.integer({ min: 0, max: 20_000 }),
  height: fc.integer({ min: 0, max: 20_000 }),
})

test('whatever was remembered, the window lies on a display whole, not smaller than it may be', () => {
  fc.assert(
    fc.property(fc.oneof(anything, nearby), areas, (left, displays) => {
      const { bounds, minimum } = fit(left, ...displays)
      const within = displays.filter(
        (area) =>
          bounds.x >= area.x &&
          bounds.y >= area.y &&
          bounds.x + bounds.width <= area.x + area.width &&
          bounds.y + bounds.height <= area.y + area.height,
      )
      expect(within).not.toEqual([])
      expect(Object.values(bounds).every(Number.isInteger)).toBe(true)
      expect(isReachable(bounds, displays)).toBe(true)
      expect(bounds.width).toBeGreaterThanOrEqual(minimum.width)
      expect(bounds.height).toBeGreaterThanOrEqual(minimum.height)
      const allows = within.some(({ width, height }) => width >= smallest.width && height >= smallest.height)
      if (within.length === 1 && allows) expect(minimum).toEqual(smallest)
    }),
    { numRuns: 1000 },
  )
})

test('a window that lies on a display whole stays exactly where it was', () => {
  fc.assert(
    fc.property(areas, nearby, (displays, left) => {
      const { bounds } = fit(left, ...displays)
      expect(fit(bounds, ...displays).bounds).toEqual(bounds)
    }),
  )
  const left = { x: -1800, y: -100, width: 1000, height: 700 }
  expect(fit(left, laptop, leftOfIt).bounds).toEqual(left)
})

test('a window of a display that is gone moves to the primary one', () => {
  const left = { x: 2000, y: 300, width: 1280, height: 800 }
  expect(fit(left, laptop, huge).bounds).toEqual(left)
  expect(fit(left, laptop).bounds).toEqual({ x: 160, y: 100, width: 1280, height: 800 })
})

test('a title bar above the screen comes back below its upper edge', () => {
  expect(fit({ x: 100, y: -40, width: 1280, height: 800 }, laptop).bounds).toMatchObject({ x: 100, y: 25 })
})

test('a window larger than its display shrinks to it', () => {
  expect(fit({ x: 1500, y: 10, width: 3600, height: 2000 }, laptop).bounds).toEqual(laptop)
})

test('the first window is in the middle of the primary display, and smaller on a small one', () => {
  expect(fit(undefined, laptop).bounds).toEqual({ x: 80, y: 62, width: 1280, height: 800 })
  const small = { x: 0, y: 0, width: 800, height: 560 }
  expect(fit(undefined, small)).toEqual({ bounds: small, minimum: { width: 800, height: 560 } })
})

test('without any display it still has a size', () => {
  expect(fit(undefined).bounds).toEqual({ x: 0, y: 0, ...firstSize })
})

test('a window is reachable only by enough of its title bar', () => {
  const size = { width: 1000, height: 700 }
  expect(isReachable({ x: 100, y: 100, ...size }, [laptop])).toBe(true)
  expect(isReachable({ x: 100, y: 0, ...size }, [laptop])).toBe(false)
  expect(isReachable({ x: 1400, y: 100, ...size }, [laptop])).toBe(false)
  expect(isReachable({ x: 1400, y: 100, ...size }, [laptop, huge])).toBe(true)
  expect(isReachable({ x: 100, y: 890, ...size }, [laptop])).toBe(false)
})
