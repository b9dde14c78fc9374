import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { SampleRecord } from '#shared/schemas/run.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'

/** The sample sheets of each run, oldest first; loaded when first shown, then kept current by main’s events. */
export const useSamples = defineStore('samples', () => {
  const byRun = shallowRef(new Map<string, SampleRecord[]>())
  /** Sheets that events bring while a run’s sheets are being loaded. */
  const early = new Map<string, SampleRecord[]>()

  function put(runId: string, records: SampleRecord[]): void {
    byRun.value = new Map(byRun.value).set(runId, [...records].sort(inOrder))
  }

  on('sample', ({ record }) => {
    const known = byRun.value.get(record.runId)
    if (known) put(record.runId, merged(known, [record]))
    else early.get(record.runId)?.push(record)
  })
  on('samplesDeleted', ({ runId, samples: deleted }) => {
    const known = byRun.value.get(runId)
    if (known)
      put(
        runId,
        known.filter(({ id }) => !deleted.includes(id)),
      )
  })
  on('runDeleted', ({ id }) => {
    early.delete(id)
    const rest = new Map(byRun.value)
    rest.delete(id)
    byRun.value = rest
  })

  async function load(runId: string): Promise<void> {
    if (byRun.value.has(runId)) return
    const pending = early.get(runId) ?? []
    early.set(runId, pending)
    try {
      const found = await request('runs.samples', { id: runId })
      // The run may have been deleted meanwhile.
      if (early.get(runId) === pending) put(runId, merged(found, pending))
    } finally {
      if (early.get(runId) === pending) early.delete(runId)
    }
  }

  const of = (runId: string): SampleRecord[] => byRun.value.get(runId) ?? []
  return { byRun, load, of }
})

/** Of the same sheet the newer record counts. */
const merged = (older: SampleRecord[], newer: SampleRecord[]): SampleRecord[] => [
  ...new Map([...older, ...newer].map((record) => [record.id, record])).values(),
]

const inOrder = (a: SampleRecord, b: SampleRecord) => a.step - b.step || a.createdAt - b.createdAt

/** The grids of fixed seeds; after a resume from an earlier checkpoint a step may have two, and the last one counts. */
export function gridsOf(records: SampleRecord[]): SampleRecord[] {
  const byStep = new Map<number, SampleRecord>()
  for (const record of records) if (record.kind === 'grid') byStep.set(record.step, record)
  return [...byStep.values()].sort(inOrder)
}
