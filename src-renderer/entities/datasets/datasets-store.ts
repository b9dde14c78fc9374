import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { IpcArgument } from '#shared/ipc.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { useRecords } from '../../composables/records.ts'

/** The datasets of the library, newest first, kept current by main's events. */
export const useDatasets = defineStore('datasets', () => {
  const records = useRecords(() => request('datasets.list'))
  const datasets = computed(() => [...records.byId.value.values()].sort((a, b) => b.createdAt - a.createdAt))
  const loaded = shallowRef(false)

  on('dataset', ({ dataset }) => records.changed(dataset))
  on('datasetDeleted', ({ id }) => records.deleted(id))

  async function load(): Promise<void> {
    await records.load()
    loaded.value = true
  }

  /** Changes what the user says of a dataset. */
  const update = (argument: IpcArgument<'datasets.update'>) =>
    records.act(argument.id, () => request('datasets.update', argument))

  return { datasets, loaded, load, update }
})
