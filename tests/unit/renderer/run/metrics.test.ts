import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, test } from 'vitest'
import { SeriesStore } from '../../../../src-renderer/charts/series-store.ts'
import { useCurveSettings } from '../../../../src-renderer/entities/runs/curve-settings.ts'
import { floorOf, sortMetrics, useMetrics } from '../../../../src-renderer/pages/run/use-metrics.ts'

beforeEach(() => {
  setActivePinia(createPinia())
})

function metricsOf(values: Record<string, number>) {
  const store = new SeriesStore()
  store.add({ step: 10, seconds: 1, values })
  store.add({ step: 20, seconds: 2, values: { loss: 0.25 } })
  return useMetrics(() => ({ store, loaded: true }))
}

test('metrics with labels come first, in the order of the labels, then the others by name', () => {
  expect(sortMetrics(['zeta', 'kl', 'alpha', 'loss'])).toEqual(['loss', 'kl', 'alpha', 'zeta'])
})

test('each metric has its title and its latest value', () => {
  const { metrics } = metricsOf({ loss: 1, kl: 3, custom: 5 })
  expect(metrics.value.map(({ title, value }) => [title, value])).toEqual([
    ['Loss', '0.25'],
    ['KL divergence', '3'],
    ['custom', '5'],
  ])
})

test('the metric that was chosen for another run is shown only where it was recorded', () => {
  useCurveSettings().metric = 'prior'
  const { chosen, title, extent } = metricsOf({ loss: 1, kl: 3 })
  expect(chosen.value).toBe('loss')
  expect(extent.value).toEqual({ count: 2, first: 1, last: 0.25, firstStep: 10, lastStep: 20 })
  chosen.value = 'kl'
  expect(title.value).toBe('KL divergence')
  expect(extent.value).toMatchObject({ count: 1, firstStep: 10, lastStep: 10 })
})

test('what real images have in place of a metric is a series of its name', () => {
  const store = new SeriesStore()
  store.add({ step: 10, seconds: 1, values: { loss: 1 } })
  store.add({ step: 20, seconds: 2, values: { loss: 1, kernelDistance: 3, kernelDistanceFloor: 0.25 } })
  expect(floorOf(store, 'loss')).toBeNull()
  const floor = floorOf(store, 'kernelDistance')
  expect(floor?.value).toBe(0.25)
  expect([...(floor?.store.steps ?? [])]).toEqual([10, 20])
  expect([...(floor?.store.values('kernelDistance') ?? [])]).toEqual([NaN, 0.25])
})
