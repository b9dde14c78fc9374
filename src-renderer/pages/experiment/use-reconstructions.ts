import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import { hasEnded } from '#shared/run-status.ts'
import type { Reconstruction } from '#shared/schemas/experiment.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { latestOnly, ChangeTracker } from '../../composables/latest-only.ts'
import { useNotices } from '../../composables/notices.ts'

/** Mean RMS error over the images, in [0, 1]. */
export const meanError = ({ error }: Reconstruction): number =>
  error.reduce((sum, value) => sum + value, 0) / Math.max(1, error.length)

interface RunReconstructions {
  byRun: Readonly<ShallowRef<Map<string, Reconstruction>>>
  /** Runs that have ended and could reconstruct images but have not. */
  missing: () => RunRecord[]
  busy: Readonly<ShallowRef<boolean>>
  /** Reconstructs with each of the missing runs, one after the other. */
  reconstruct: () => Promise<void>
}

/** The reconstructions by the runs of an experiment, kept current by main’s events. */
export function useReconstructions(runs: () => RunRecord[]): RunReconstructions {
  const notices = useNotices()
  const byRun = shallowRef(new Map<string, Reconstruction>())
  const busy = shallowRef(false)
  const changes = new ChangeTracker()
  const latest = latestOnly()

  const put = (reconstruction: Reconstruction) => {
    byRun.value = new Map(byRun.value).set(reconstruction.runId, reconstruction)
  }
  const ended = () => runs().filter(hasEnded)
  const missing = () =>
    ended().filter(({ id, datasetId, step }) => datasetId !== null && step > 0 && !byRun.value.has(id))

  onScopeDispose(
    on('reconstruction', ({ reconstruction }) => {
      changes.mark(reconstruction.runId)
      put(reconstruction)
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
        const changedSince = changes.begin()
        // A run without one has not reconstructed anything yet.
        const found = await request('experiments.reconstruction', { runId: id }).catch(() => null)
        // The runs have changed, and another round has begun.
        if (!isLatest()) return
        if (found && !changedSince(id)) put(found)
      }
    },
    { immediate: true },
  )

  async function reconstruct(): Promise<void> {
    busy.value = true
    try {
      for (const { id } of missing()) {
        const changedSince = changes.begin()
        const reconstruction = await request('experiments.reconstruct', { runId: id })
        if (!changedSince(id)) put(reconstruction)
      }
    } catch (error) {
      notices.addError(error)
    } finally {
      busy.value = false
    }
  }

  return { byRun, missing, busy, reconstruct }
}
