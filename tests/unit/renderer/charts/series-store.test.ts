import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SeriesStore } from '../../../../src-renderer/charts/series-store.ts'
import type { StepMetrics } from '../../../../src-renderer/charts/series-store.ts'

const point = (step: number, loss: number, seconds = step / 10): StepMetrics => ({
  step,
  seconds,
  values: { loss },
})

describe('SeriesStore', () => {
  it('starts from recorded curves and appends points', () => {
    const store = SeriesStore.from({
      steps: Float64Array.of(1, 2),
      seconds: Float64Array.of(0.1, 0.2),
      values: { loss: Float64Array.of(3, 2), kl: Float64Array.of(NaN, 7) },
    })
    expect(store.add(point(3, 1))).toBe(true)
    expect([...store.steps]).toEqual([1, 2, 3])
    expect([...store.values('loss')]).toEqual([3, 2, 1])
    expect([...store.values('kl')]).toEqual([NaN, 7, NaN])
    expect(store.extent('kl')).toMatchObject({ count: 1, first: 1, last: 1 })
    expect(store.names()).toEqual(['loss', 'kl'])
  })

  it('drops points it has already', () => {
    const store = new SeriesStore()
    for (const step of [1, 2, 3]) store.add(point(step, step))
    expect(store.add(point(2, 2))).toBe(false)
    expect(store.length).toBe(3)
    expect(store.cuts).toBe(0)
  })

  it('removes the tail when steps go back', () => {
    const store = new SeriesStore()
    for (const step of [10, 20, 30, 40]) store.add(point(step, step))
    expect(store.add(point(25, 99, 7))).toBe(true)
    expect([...store.steps]).toEqual([10, 20, 25])
    expect([...store.values('loss')]).toEqual([10, 20, 99])
    expect(store.extent('loss')).toMatchObject({ count: 3, first: 0, last: 2 })
    expect(store.cuts).toBe(1)
    store.add(point(20, 5, 8))
    expect([...store.values('loss')]).toEqual([10, 5])
  })

  it('treats numbers that are not finite as missing, and seconds never decrease', () => {
    const store = new SeriesStore()
    store.add(point(1, Infinity, 5))
    store.add(point(2, 1, 4))
    expect(store.extent('loss').count).toBe(1)
    expect([...store.seconds]).toEqual([5, 5])
  })

  it('leaves nothing of a cut tail in metrics that the new points lack', () => {
    const store = new SeriesStore()
    store.add({ step: 1, seconds: 1, values: { loss: 1, kl: 1 } })
    store.add({ step: 2, seconds: 2, values: { loss: 1, kl: 1 } })
    store.add({ step: 2, seconds: 3, values: { loss: 4 } })
    expect([...store.values('kl')]).toEqual([1, NaN])
  })

  it('holds what was appended, whatever its capacity', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 5000 }),
        (losses) => {
          const store = new SeriesStore()
          losses.forEach((loss, step) => store.add(point(step, loss)))
          expect([...store.values('loss')]).toEqual(losses)
          expect(store.length).toBe(losses.length)
        },
      ),
      { numRuns: 20 },
    )
  })

  it('takes half a million points', () => {
    const store = new SeriesStore()
    for (let step = 0; step < 500_000; step++) store.add(point(step, step))
    expect(store.extent('loss').count).toBe(500_000)
  })
})
