import { describe, expect, it } from 'vitest'
import { buildFrame, fullView, readSeries } from '../../../../src-renderer/charts/series-frame.ts'
import { nearestPoint } from '../../../../src-renderer/charts/search.ts'
import { SeriesStore } from '../../../../src-renderer/charts/series-store.ts'
import { fitView, panView, translateView, zoomView } from '../../../../src-renderer/charts/view.ts'

function storeOf(losses: number[]): SeriesStore {
  const store = new SeriesStore()
  losses.forEach((loss, i) => store.add({ step: i + 1, seconds: (i + 1) * 2, values: { loss } }))
  return store
}

const unsmoothed = (store: SeriesStore) => ({ store, smoothed: store.values('loss') })

function frameOf(stores: SeriesStore[], changes: Partial<Parameters<typeof buildFrame>[0]> = {}) {
  return buildFrame({
    series: stores.map(unsmoothed),
    metric: 'loss',
    axis: 'step',
    log: false,
    raw: true,
    view: null,
    pixels: 100,
    ...changes,
  })
}

describe('buildFrame of one series', () => {
  it('is null without points', () => {
    expect(frameOf([new SeriesStore()])).toBeNull()
    expect(frameOf([])).toBeNull()
  })

  it('shows a single point in the middle', () => {
    const frame = frameOf([storeOf([5])])
    expect(frame).toMatchObject({ lines: [{ x: [1], columns: [[5], [5]] }], view: { min: 0, max: 2 } })
    expect(frame!.y.min).toBeLessThan(5)
    expect(frame!.y.max).toBeGreaterThan(5)
  })

  it('draws one point beyond each edge and takes the y range from the points within', () => {
    const frame = frameOf([storeOf([100, 1, 2, 3, 100])], { view: { min: 1.5, max: 4.5 } })!
    expect(frame.lines[0]!.x).toEqual([1, 2, 3, 4, 5])
    expect(frame.y.max).toBeLessThan(4)
  })

  it('on a log scale leaves out what is not above zero', () => {
    const frame = frameOf([storeOf([100, 0, -1, 10])], { log: true })!
    expect(frame.lines[0]!.columns).toEqual([
      [2, 1],
      [2, 1],
    ])
    expect(frameOf([storeOf([0, -1])], { log: true })!.lines[0]!.x).toEqual([])
  })

  it('draws the raw values only when asked, and then makes room for them', () => {
    const store = storeOf([0, 10, 0])
    const series = [{ store, smoothed: Float64Array.of(4, 5, 6) }]
    expect(frameOf([], { series })!.y.max).toBeGreaterThan(10)
    const smoothedOnly = frameOf([], { series, raw: false })!
    expect(smoothedOnly.lines[0]!.columns).toEqual([[4, 5, 6]])
    expect(smoothedOnly.y.max).toBeLessThan(7)
  })

  it('is small for half a million points', () => {
    const store = storeOf(Array.from({ length: 500_000 }, (_, i) => Math.sin(i)))
    expect(frameOf([store], { pixels: 1000 })!.lines[0]!.x.length).toBeLessThanOrEqual(4010)
  })

  it('has time on the x axis when asked', () => {
    expect(fullView([storeOf([1, 2, 3])], { metric: 'loss', axis: 'time' })).toEqual({ min: 2, max: 6 })
    expect(frameOf([storeOf([1, 2, 3])], { axis: 'time' })!.lines[0]!.x).toEqual([2, 4, 6])
  })
})

describe('buildFrame of several series', () => {
  const [short, long] = [storeOf([3, 2]), storeOf([9, 8, 7, 6])]

  it('spans all of them on both axes, with a line for each', () => {
    const frame = frameOf([short, new SeriesStore(), long])!
    expect(frame.view).toEqual({ min: 1, max: 4 })
    expect(frame.lines.map(({ x }) => x)).toEqual([[1, 2], [], [1, 2, 3, 4]])
    expect(frame.y.min).toBeLessThan(2)
    expect(frame.y.max).toBeGreaterThan(9)
  })

  it('takes the y range from the series within the view', () => {
    const frame = frameOf([short, long], { view: { min: 2.5, max: 4 } })!
    expect(frame.y.min).toBeGreaterThan(5)
    expect(frame.y.max).toBeLessThan(8)
  })

  it('draws each of them as it would alone', () => {
    const alone = frameOf([long], { view: { min: 1, max: 4 } })!
    expect(frameOf([short, long])!.lines[1]).toEqual(alone.lines[0])
  })
})

describe('readSeries', () => {
  const series = [storeOf([3, 2]), storeOf([9, 8, 7, 6]), new SeriesStore()].map(unsmoothed)
  const read = (x: number | null, changes: object = {}) =>
    readSeries(series, { x, metric: 'loss', axis: 'step', log: false, ...changes })

  it('reads the nearest point of each series', () => {
    expect(read(1.2).map(({ step }) => step)).toEqual([1, 1, NaN])
    expect(read(3.9).map(({ smoothed }) => smoothed)).toEqual([2, 6, NaN])
  })

  it('reads the last points without a pointer', () => {
    expect(read(null).map(({ raw }) => raw)).toEqual([2, 6, NaN])
  })

  it('reads along time, and on a log scale only what is drawn', () => {
    expect(read(6, { axis: 'time' })[1]).toEqual({ step: 3, seconds: 6, raw: 7, smoothed: 7 })
    const [point] = readSeries([unsmoothed(storeOf([5, 0, -1]))], {
      ...{ x: 3, metric: 'loss', axis: 'step', log: true },
    })
    expect(point?.step).toBe(1)
  })
})

describe('views', () => {
  const full = { min: 0, max: 100 }

  it('zoom in around a point and never beyond the whole', () => {
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
