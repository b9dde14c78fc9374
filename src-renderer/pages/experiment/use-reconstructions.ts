import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { Redrawn } from '#shared/schemas/experiment.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { latestOnly, ToldSince } from '../../composables/latest-only.ts'
import { useNotices } from '../../composables/notices.ts'

export const meanError = ({ error }: Redrawn): number =>
  error.reduce((sum, value) => sum + value, 0) / Math.max(1, error.length)

interface RedrawnRuns {
  byRun: Readonly<ShallowRef<Map<string, Redrawn>>>
  /** Runs that could redraw pictures but have not. */
  missing: () => RunRecord[]
  busy: Readonly<ShallowRef<boolean>>
  /** Redraws with each run that has not, one after the other. */
  redraw: () => Promise<void>
}

/** What the runs of an experiment have redrawn, kept up with main. */
export function useRedrawn(runs: () => RunRecord[]): RedrawnRuns {
  const notices = useNotices()
  const byRun = shallowRef(new Map<string, Redrawn>())
  const busy = shallowRef(false)
  const told = new ToldSince()
  const latest = latestOnly()

  const put = (redrawn: Redrawn) => {
    byRun.value = new Map(byRun.value).set(redrawn.runId, redrawn)
  }
  const grown = () => runs().filter(({ status }) => status === 'finished' || status === 'stopped')
  const missing = () =>
    grown().filter(({ id, datasetId, step }) => datasetId !== null && step > 0 && !byRun.value.has(id))

  onScopeDispose(
    on('redrawn', ({ redrawn }) => {
      told.mark(redrawn.runId)
      put(redrawn)
    }),
  )
  watch(
    () =>
      runs()
        .map(({ id }) => id)
        .join(' '),
    async () => {
      const isLatest = latest.begin()
      for (const { id } of runs()) {
        const isToldSince = told.begin()
        // Without it the run merely has redrawn nothing yet.
        const found = await request('experiments.redrawn', { runId: id }).catch(() => null)
        // Another round has begun, of the runs that there are now.
        if (!isLatest()) return
        if (found && !isToldSince(id)) put(found)
      }
    },
    { immediate: true },
  )

  async function redraw(): Promise<void> {
    busy.value = true
    try {
      for (const { id } of missing()) {
        const isToldSince = told.begin()
        const redrawn = await request('experiments.redraw', { runId: id })
        if (!isToldSince(id)) put(redrawn)
      }
    } catch (error) {
      notices.addError(error)
    } finally {
      busy.value = false
    }
  }

  return { byRun, missing, busy, redraw }
}
