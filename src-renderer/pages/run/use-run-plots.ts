import { computed } from 'vue'
import type { ComputedRef, WritableComputedRef } from 'vue'
import type { RunRecord } from '#shared/schemas/run.ts'
import { useCurveSettings } from '../../entities/runs/curve-settings.ts'
import { curveStyle } from '../../entities/runs/curve-styles.ts'
import type { PlottedCurve } from '../../entities/runs/plotted-curves.ts'
import { useRuns } from '../../entities/runs/runs-store.ts'
import type { Curves } from '../../entities/runs/use-curves.ts'
import { useCurvesByRun } from '../../entities/runs/use-curves-by-run.ts'

/** As many runs can be told apart behind the one that is shown. */
export const mostOverlays = 8
const ownStyle = { token: '--accent', dash: [], width: 2.5 }

interface RunPlots {
  /** Other runs of the same dataset, the newest first. */
  others: ComputedRef<RunRecord[]>
  /** The ids of those that are shown too. */
  overlays: WritableComputedRef<string[]>
  /** The run's own curve, then those of the others. */
  plotted: ComputedRef<PlottedCurve[]>
}

/** The curves of a run and of other runs of its dataset, as far as they are chosen. */
export function useRunPlots(run: () => RunRecord, curves: () => Curves): RunPlots {
  const runs = useRuns()
  const settings = useCurveSettings()
  const others = computed(() => {
    const { id, datasetId, datasetName } = run()
    // The runs of a deleted dataset still know its name.
    const isSame = (other: RunRecord) =>
      datasetId === null
        ? other.datasetId === null && other.datasetName === datasetName
        : other.datasetId === datasetId
    return runs.runs
      .filter((other) => other.id !== id && other.step > 0 && isSame(other))
      .sort((a, b) => b.createdAt - a.createdAt)
  })
  const overlays = computed({
    get: () =>
      (settings.overlays.get(run().id) ?? []).filter((id) => others.value.some((one) => one.id === id)),
    set: (ids) => settings.overlays.set(run().id, ids),
  })
  const byRun = useCurvesByRun(() => overlays.value)
  const plotted = computed(() => [
    { key: run().id, title: run().name, store: curves().store, style: ownStyle },
    ...overlays.value.flatMap((id, i) => {
      const store = byRun.value.get(id)?.store
      const other = others.value.find((one) => one.id === id)
      return store && other ? [{ key: id, title: other.name, store, style: curveStyle(i, false) }] : []
    }),
  ])
  return { others, overlays, plotted }
}
