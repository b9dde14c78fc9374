import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { IpcArgument } from '#shared/ipc.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { useNavigation } from '../../composables/navigation.ts'
import { useRecords } from '../../composables/records.ts'

/** The datasets of the library, newest first, kept current by main's events. */
export const useDatasets = defineStore('datasets', () => {
  const navigation = useNavigation()
  const records = useRecords(() => request('datasets.list'))
  const all = computed(() => [...records.byId.value.values()].sort((a, b) => b.createdAt - a.createdAt))
  /** Those that no newer import of the same folder has replaced. */
  const datasets = computed(() => all.value.filter(({ replacedBy }) => replacedBy === null))
  /** The one that the Dataset page shows. */
  const selected = computed(() => records.byId.value.get(navigation.datasetId ?? '') ?? null)
  const loaded = shallowRef(false)

  on('dataset', ({ dataset }) => records.changed(dataset))
  on('datasetDeleted', ({ id }) => records.deleted(id))

  async function load(): Promise<void> {
    await records.load()
    loaded.value = true
  }

  /** Leaves images out of new runs, or takes them in again. */
  const exclude = (argument: IpcArgument<'datasets.exclude'>) =>
    records.act(argument.id, () => request('datasets.exclude', argument))

  /** Changes what the user says of a dataset. */
  const update = (argument: IpcArgument<'datasets.update'>) =>
    records.act(argument.id, () => request('datasets.update', argument))

  return { all, datasets, selected, loaded, load, update, exclude }
})
