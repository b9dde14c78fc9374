import { computed } from 'vue'
import type { ComputedRef, WritableComputedRef } from 'vue'
import { metricLabels } from '#shared/schemas/run.ts'
import type { MetricLabels } from '#shared/schemas/run.ts'
import { SeriesStore } from '../../charts/series-store.ts'
import { formatValue } from '#shared/plot/ticks.ts'
import { metricWords } from '#shared/labels/described.ts'
import { useCurveSettings } from '../../entities/runs/curve-settings.ts'
import type { Curves } from '../../entities/runs/use-curves.ts'

export interface Metric extends MetricLabels {
  name: string
  /** The latest value, as it is shown. */
  value: string
}

/** The extent of a metric: how many points it has, and the first and the last of them. */
export interface MetricExtent {
  count: number
  first: number
  last: number
  firstStep: number
  lastStep: number
}

/** The metrics that a run has recorded, those with labels first, and the one to show. */
export function useMetrics(curves: () => Curves): {
  metrics: ComputedRef<Metric[]>
  chosen: WritableComputedRef<string>
  title: ComputedRef<string>
  extent: ComputedRef<MetricExtent>
} {
  const settings = useCurveSettings()

  const metrics = computed(() => {
    const { store } = curves()
    return sortMetrics(store.names()).map((name) => {
      const last = store.values(name)[store.extent(name).last] ?? NaN
      return { name, ...metricWords(name), value: formatValue(last) }
    })
  })
  const chosen = computed({
    // A run may lack the metric that was chosen for another one.
    get: () =>
      metrics.value.some(({ name }) => name === settings.metric)
        ? settings.metric
        : (metrics.value[0]?.name ?? 'loss'),
    set: (name) => {
      settings.metric = name
    },
  })
  const extent = computed(() => {
    const { store } = curves()
    const { count, first, last } = store.extent(chosen.value)
    const values = store.values(chosen.value)
    return {
      count,
      first: values[first] ?? NaN,
      last: values[last] ?? NaN,
      firstStep: store.steps[first] ?? 0,
      lastStep: store.steps[last] ?? 0,
    }
  })
  return { metrics, chosen, title: computed(() => metricWords(chosen.value).title), extent }
}

/** What real images have in place of a metric: as a series of that name, and the latest value; null for most metrics. */
export function floorOf(store: SeriesStore, metric: string): { store: SeriesStore; value: number } | null {
  const name = `${metric}Floor`
  const { count, last } = store.extent(name)
  if (count === 0) return null
  const values = store.values(name)
  const { steps, seconds } = store
  return {
    store: SeriesStore.from({ steps, seconds, values: { [metric]: values } }),
    value: values[last] ?? NaN,
  }
}

/** Metrics with labels in the order of the labels, then the others by name. */
export function sortMetrics(names: readonly string[]): string[] {
  const known = Object.keys(metricLabels)
  const rank = (name: string): number => (known.includes(name) ? known.indexOf(name) : known.length)
  return [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}
