import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { RunBytes } from '#shared/ipc.ts'
import type { Compared } from '#shared/schemas/evaluation.ts'
import type { RunRecord, SampleRecord } from '#shared/schemas/run.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { useNotices } from '../../composables/notices.ts'

export const totalBytes = ({ checkpoints, samples, averages, diagnostics, other }: RunBytes): number =>
  checkpoints + samples + averages + diagnostics + other

/** What lists show of runs besides their records: latest samples, quality, and bytes on disk. */
export const useRunExtras = defineStore('runExtras', () => {
  const notices = useNotices()
  const covers = shallowRef<ReadonlyMap<string, SampleRecord>>(new Map())
  const qualities = shallowRef<ReadonlyMap<string, Compared>>(new Map())
  const sizes = shallowRef<Record<string, RunBytes>>({})
  const datasetBytes = shallowRef<Record<string, number>>({})
  const free = shallowRef<number | null>(null)

  function show(record: SampleRecord): void {
    const known = covers.value.get(record.runId)
    const isNewer = !known || record.step > known.step || record.createdAt >= known.createdAt
    if (isNewer) covers.value = new Map(covers.value).set(record.runId, record)
  }
  on('sample', ({ record }) => {
    if (record.kind === 'grid') show(record)
  })
  on('runDeleted', ({ id }) => {
    covers.value = new Map([...covers.value].filter(([run]) => run !== id))
    sizes.value = Object.fromEntries(Object.entries(sizes.value).filter(([run]) => run !== id))
  })

  async function loadExtras(): Promise<void> {
    const extras = await request('library.extras')
    for (const record of extras.covers) show(record)
    qualities.value = new Map(Object.entries(extras.quality))
  }
  async function loadSizes(): Promise<void> {
    const use = await request('storage.use')
    sizes.value = use.runs
    datasetBytes.value = use.datasets
    free.value = use.free
  }
  /** Asks again; what is known meanwhile stays. */
  async function load(): Promise<void> {
    await Promise.all([loadExtras(), loadSizes()]).catch(notices.addError)
  }

  const quality = ({ id }: Pick<RunRecord, 'id'>) => qualities.value.get(id)?.value
  const bytes = ({ id }: Pick<RunRecord, 'id'>) => {
    const known = sizes.value[id]
    return known && totalBytes(known)
  }
  const allBytes = computed(() => Object.values(sizes.value).reduce((sum, one) => sum + totalBytes(one), 0))
  return { covers, qualities, sizes, datasetBytes, free, load, loadSizes, quality, bytes, allBytes }
})
