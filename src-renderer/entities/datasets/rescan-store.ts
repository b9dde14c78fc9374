import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import type { DatasetRecord, ImportProgress, RescanReport } from '#shared/schemas/dataset.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { useNavigation } from '../../composables/navigation.ts'

export type RescanPhase = 'none' | 'scanning' | 'difference' | 'importing' | 'done' | 'error'

/** A new scan of a dataset's folder, and the import of what differs; one at a time. */
export const useRescan = defineStore('rescan', () => {
  const navigation = useNavigation()
  const phase = shallowRef<RescanPhase>('none')
  const dataset = shallowRef<DatasetRecord | null>(null)
  const report = shallowRef<RescanReport | null>(null)
  const progress = shallowRef<ImportProgress | null>(null)
  const error = shallowRef<FlowerbedError | null>(null)
  let job = ''

  on('import', (event) => {
    if (event.job === job) progress.value = event.progress
  })

  /** The answer; null when it failed, was cancelled, or is of no use any more. */
  async function runJob<T>(task: (job: string) => Promise<T>): Promise<T | null> {
    const mine = crypto.randomUUID()
    job = mine
    progress.value = null
    try {
      const answer = await task(mine)
      return job === mine ? answer : null
    } catch (thrown) {
      if (job !== mine) return null
      const problem = toFlowerbedError(thrown)
      if (problem.kind === 'cancelled') close()
      else {
        error.value = problem
        phase.value = 'error'
      }
      return null
    }
  }

  async function start(of: DatasetRecord): Promise<void> {
    if (phase.value === 'scanning' || phase.value === 'importing') return
    close()
    dataset.value = of
    phase.value = 'scanning'
    const found = await runJob((id) => request('datasets.rescan', { id: of.id, job: id }))
    if (!found) return
    report.value = found
    phase.value = 'difference'
  }

  /** Imports the difference and shows the dataset as it is then. */
  async function update(): Promise<void> {
    const [of, found] = [dataset.value, report.value]
    if (!of || !found) return
    phase.value = 'importing'
    const updated = await runJob((id) =>
      request('datasets.updateImages', { id: of.id, job: id, scan: found.scan }),
    )
    if (!updated) return
    report.value = null
    dataset.value = updated
    phase.value = 'done'
    if (navigation.page === 'dataset') navigation.openDataset(updated.id)
  }

  async function cancel(): Promise<void> {
    await request('datasets.cancel', { job }).catch(() => undefined)
  }

  function close(): void {
    job = ''
    if (report.value) request('datasets.forgetScan', { scan: report.value.scan }).catch(() => undefined)
    report.value = null
    error.value = null
    phase.value = 'none'
  }

  return { phase, dataset, report, progress, error, start, update, cancel, close }
})
