import { describe, expect, it } from 'vitest'
import { buildFrame, fullView } from '../../../../src-renderer/charts/plot-frame.ts'
import { nearestPoint } from '../../../../src-renderer/charts/search.ts'
import { SeriesStore } from '../../../../src-renderer/charts/series-store.ts'
import { fitView, panView, translateView, zoomView } from '../../../../src-renderer/charts/view.ts'

function storeOf(losses: number[]): SeriesStore {
  const store = new SeriesStore()
  losses.forEach((loss, i) => store.add({ step: i + 1, seconds: (i + 1) * 2, values: { loss } }))
  return store
}

function frameOf(store: SeriesStore, changes: Partial<Parameters<typeof buildFrame>[0]> = {}) {
  return buildFrame({
    store,
    metric: 'loss',
    smoothed: store.values('loss'),
    along: 'step',
    log: false,
    view: null,
    pixels: 100,
    ...changes,
  })
}

describe('buildFrame', () => {
  it('is null without points', () => {
    expect(frameOf(new SeriesStore())).toBeNull()
  })

  it('shows a single point in the middle', () => {
    const frame = frameOf(storeOf([5]))
    expect(frame).toMatchObject({ x: [1], raw: [5], view: { min: 0, max: 2 } })
    expect(frame!.y.min).toBeLessThan(5)
    expect(frame!.y.max).toBeGreaterThan(5)
  })

  it('draws one point beyond each edge and ranges by what is within', () => {
    const frame = frameOf(storeOf([100, 1, 2, 3, 100]), { view: { min: 1.5, max: 4.5 } })!
    expect(frame.x).toEqual([1, 2, 3, 4, 5])
    expect(frame.y.max).toBeLessThan(4)
  })

  it('on a log scale leaves out what is not above zero', () => {
    const frame = frameOf(storeOf([100, 0, -1, 10]), { log: true })!
    expect(frame.raw).toEqual([2, 1])
    expect(frameOf(storeOf([0, -1]), { log: true })!.x).toEqual([])
  })

  it('is small for half a million points', () => {
    const store = storeOf(Array.from({ length: 500_000 }, (_, i) => Math.sin(i)))
    expect(frameOf(store, { pixels: 1000 })!.x.length).toBeLessThanOrEqual(4010)
  })

  it('goes along time when asked', () => {
    expect(fullView(storeOf([1, 2, 3]), 'loss', 'time')).toEqual({ min: 2, max: 6 })
  })
})

describe('views', () => {
  const full = { min: 0, max: 100 }

  it('zoom in around a place and never beyond the whole', () => {
    expect(zoomView(full, 25, 0.5)).toEqual({ min: 12.5, max: 62.5 })
    expect(fitView(zoomView({ min: 10, max: 60 }, 30, 4), full, 1)).toBeNull()
    expect(fitView({ min: 50, max: 50 }, full, 4)).toEqual({ min: 48, max: 52 })
  })

  it('stop at the edges when they are moved', () => {
    expect(fitView(panView({ min: 70, max: 90 }, 40), full, 1)).toEqual({ min: 80, max: 100 })
    expect(fitView(panView({ min: 10, max: 30 }, -40), full, 1)).toEqual({ min: 0, max: 20 })
  })

  it('stay on the same points on another axis', () => {
    const { steps, seconds } = storeOf([1, 2, 3, 4])
    expect(translateView({ min: 2, max: 3 }, steps, seconds)).toEqual({ min: 4, max: 6 })
  })
})

describe('nearestPoint', () => {
  const x = Float64Array.of(1, 2, 3, 4)
  const values = Float64Array.of(1, NaN, NaN, 1)

  it.each([
    [0, 0],
    [2.4, 0],
    [2.6, 3],
    [9, 3],
  ])('of %d is %d', (at, index) => {
    expect(nearestPoint(x, values, { x: at, floor: -Infinity })).toBe(index)
  })

  it('is -1 where there is none', () => {
    expect(nearestPoint(x, values, { x: 2, floor: 5 })).toBe(-1)
  })
})
