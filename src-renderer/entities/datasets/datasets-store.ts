import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { DatasetRecord } from '#shared/schemas/dataset.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { ChangeTracker } from '../../composables/latest-only.ts'

/** The datasets of the library, newest first, kept up to date by main's events. */
export const useDatasets = defineStore('datasets', () => {
  const datasets = shallowRef<DatasetRecord[]>([])
  const loaded = shallowRef(false)
  const changes = new ChangeTracker()

  function put(dataset: DatasetRecord): void {
    const others = datasets.value.filter(({ id }) => id !== dataset.id)
    datasets.value = [dataset, ...others].sort((a, b) => b.createdAt - a.createdAt)
  }

  on('dataset', ({ dataset }) => {
    changes.mark(dataset.id)
    put(dataset)
  })
  on('datasetDeleted', ({ id }) => {
    changes.mark(id)
    datasets.value = datasets.value.filter((dataset) => dataset.id !== id)
  })

  async function load(): Promise<void> {
    const isChangedSince = changes.begin()
    const found = await request('datasets.list')
    const newer = datasets.value.filter(({ id }) => isChangedSince(id))
    datasets.value = newer
    for (const dataset of found) if (!isChangedSince(dataset.id)) put(dataset)
    loaded.value = true
  }

  async function rename(id: string, name: string): Promise<void> {
    const isChangedSince = changes.begin()
    const renamed = await request('datasets.rename', { id, name })
    if (!isChangedSince(id)) put(renamed)
  }

  return { datasets, loaded, load, rename }
})
