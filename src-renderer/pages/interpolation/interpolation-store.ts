import { defineStore } from 'pinia'
import { effectScope, reactive, shallowRef } from 'vue'
import type { EffectScope, ShallowRef } from 'vue'
import type { RunRecord } from '#shared/schemas/run.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { ImageCache } from './image-cache.ts'
import { useAttributes } from './use-attributes.ts'
import { useChosenImages } from './use-chosen-images.ts'
import { useGrid } from './use-grid.ts'
import { usePath } from './use-path.ts'
import { usePinnedPairs } from './use-pinned-pairs.ts'

export type InterpolationKind = 'path' | 'grid' | 'attributes' | 'pinned'

/** The page of one run. */
function useInterpolation(run: RunRecord) {
  const { datasetId } = run
  const kind: ShallowRef<InterpolationKind> = shallowRef('path')
  const chosen = useChosenImages(run)
  const cache =
    datasetId === null
      ? null
      : new ImageCache({
          count: run.imageCount,
          fetch: (indices) => request('datasets.images', { id: datasetId, indices }),
        })
  return {
    kind,
    cache,
    chosen,
    path: usePath(run, chosen),
    grid: useGrid(run, chosen),
    attributes: useAttributes(run, chosen),
    pinned: usePinnedPairs(run, chosen),
  }
}

export type Interpolation = ReturnType<typeof useInterpolation>

/**
 * Chosen images, options and results of each run's interpolations, as long as the window is open: what was chosen, and what
 * is being generated, is still there after a visit to another page or run.
 */
export const useInterpolations = defineStore('interpolations', () => {
  const byRun = new Map<string, { interpolation: Interpolation; scope: EffectScope }>()
  /** How animations are played, whatever the run. */
  const playback = reactive({ speed: 1 })

  on('runDeleted', ({ id }) => {
    byRun.get(id)?.scope.stop()
    byRun.delete(id)
  })

  function of(run: RunRecord): Interpolation {
    const known = byRun.get(run.id)
    if (known) return known.interpolation
    const scope = effectScope(true)
    const interpolation = scope.run(() => useInterpolation(run)) as Interpolation
    byRun.set(run.id, { interpolation, scope })
    return interpolation
  }

  return { of, playback }
})
