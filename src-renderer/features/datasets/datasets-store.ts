import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { DatasetRecord } from '#contract/dataset.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'

/** The datasets of the library, newest first, kept true by main's events. */
export const useDatasets = defineStore('datasets', () => {
  const datasets = shallowRef<DatasetRecord[]>([])
  const loaded = shallowRef(false)

  function put(dataset: DatasetRecord): void {
    const others = datasets.value.filter(({ id }) => id !== dataset.id)
    datasets.value = [dataset, ...others].sort((a, b) => b.createdAt - a.createdAt)
  }

  on('dataset', ({ dataset }) => put(dataset))
  on('datasetDeleted', ({ id }) => {
    datasets.value = datasets.value.filter((dataset) => dataset.id !== id)
  })

  async function load(): Promise<void> {
    datasets.value = await request('datasets.list')
    loaded.value = true
  }

  async function rename(id: string, name: string): Promise<void> {
    put(await request('datasets.rename', { id, name }))
  }

  return { datasets, loaded, load, rename }
})
