import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { FlowerbedError } from '#shared/errors.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { MetricPoint } from '#shared/schemas/run.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import { SeriesStore } from '../../charts/series-store.ts'

/** A run's curves; a new object around the same store whenever points were added. */
export interface Curves {
  store: SeriesStore
  loaded: boolean
}

interface LiveCurves {
  curves: Readonly<ShallowRef<Curves>>
  error: Readonly<ShallowRef<FlowerbedError | null>>
  reload: () => Promise<void>
}

/** Loads a run's curves and adds the points of its training. */
export function useCurves(runId: () => string): LiveCurves {
  const curves = shallowRef<Curves>({ store: new SeriesStore(), loaded: false })
  const error = shallowRef<FlowerbedError | null>(null)
  let early: MetricPoint[] = []
  const latest = latestOnly()

  function append(points: readonly MetricPoint[]): void {
    const { store } = curves.value
    let changed = false
    for (const point of points) changed = store.add(point) || changed
    if (changed) curves.value = { store, loaded: true }
  }

  async function reload(): Promise<void> {
    const isLatest = latest.begin()
    early = []
    error.value = null
    curves.value = { store: new SeriesStore(), loaded: false }
    try {
      const series = await request('runs.metrics', { id: runId() })
      if (!isLatest()) return
      curves.value = { store: SeriesStore.from(series), loaded: true }
      append(early)
      early = []
    } catch (thrown) {
      if (isLatest()) error.value = toFlowerbedError(thrown)
    }
  }

  onScopeDispose(
    on('metrics', (event) => {
      if (event.runId !== runId()) return
      // Points that come while the curves load may be in them already: the store drops those.
      if (curves.value.loaded) append(event.points)
      else if (error.value === null) early.push(...event.points)
    }),
  )
  watch(runId, () => void reload(), { immediate: true })

  return { curves, error, reload }
}
