import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { importOptionsSchema } from '#shared/schemas/dataset.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { removeAbandonedPacks } from '../datasets/abandoned.ts'
import type { Dataset } from '../datasets/packed-dataset.ts'
import { OpenDatasets } from '../datasets/open-datasets.ts'
import { deleteDataset } from '../runs/delete-dataset.ts'
import { datasetsFolder } from '../files/data-folder.ts'
import { nothing } from './router.ts'
import type { Routes } from './router.ts'
import type { Services } from './services.ts'

type DatasetRoutes = Pick<Routes, Extract<keyof Routes, `datasets.${string}`>>

const byId = z.strictObject({ id: z.string() })
const paths = z
  .array(z.string().refine(isAbsolute, 'Only absolute paths can be imported'))
  .min(1)
  .max(100_000)
const imagesAtOnce = 512

export function datasetRoutes({
  store,
  importer,
  trainingQueue,
  experiments,
  emit,
}: Services): DatasetRoutes {
  const opened = new OpenDatasets()
  void removeAbandonedPacks(datasetsFolder(store.directory))
  const open = (id: string): Dataset => opened.get(store.datasets.get(id).directory)
  return {
    'datasets.list': { argument: nothing, answer: () => store.datasets.list() },
    'datasets.recent': {
      argument: nothing,
      answer: () =>
        store.settings.recentFolders().map((folder) => ({ ...folder, exists: existsSync(folder.path) })),
    },
    'datasets.scan': {
      argument: z.strictObject({ job: z.string(), paths }),
      answer: async (argument) => {
        const report = await importer.request('scan', argument)
        for (const path of argument.paths) if (await isFolder(path)) store.settings.useFolder(path)
        return report
      },
    },
    'datasets.import': {
      argument: z.strictObject({ job: z.string(), scan: z.string(), options: importOptionsSchema }),
      answer: async (argument) => {
        const packed = await importer.request('pack', {
          ...argument,
          datasetsDirectory: datasetsFolder(store.directory),
        })
        const dataset = store.datasets.save(packed)
        emit({ type: 'dataset', dataset })
        return dataset
      },
    },
    'datasets.cancel': {
      argument: z.strictObject({ job: z.string() }),
      answer: (argument) => importer.request('cancel', argument),
    },
    'datasets.forgetScan': {
      argument: z.strictObject({ scan: z.string() }),
      answer: (argument) => importer.request('forget', argument),
    },
    'datasets.problems': { argument: byId, answer: ({ id }) => open(id).index.problems },
    'datasets.labels': {
      argument: byId,
      answer: ({ id }) => {
        const { labels, labelOf } = open(id).index
        return { labels, labelOf }
      },
    },
    'datasets.images': {
      argument: z.strictObject({ id: z.string(), indices: z.array(z.int().min(0)).max(imagesAtOnce) }),
      answer: ({ id, indices }) => open(id).images(indices),
    },
    'datasets.rename': {
      argument: z.strictObject({
        id: z.string(),
        name: z.string().trim().min(1, 'Give the images a name').max(200),
      }),
      answer: ({ id, name }) => {
        const dataset = store.datasets.rename(id, name)
        emit({ type: 'dataset', dataset })
        return dataset
      },
    },
    'datasets.delete': {
      argument: byId,
      answer: async ({ id }) => {
        const directory = store.datasets.directoryOf(id)
        const trains = trainingQueue.running && store.runs.get(trainingQueue.running.id)
        if (trains?.datasetId === id) {
          throw new FlowerbedError('conflict', `“${trains.name}” is learning from these images.`, {
            hint: 'Pause or stop it first.',
          })
        }
        if (directory !== null) opened.close(directory)
        const freed = await deleteDataset(store, id)
        emit({ type: 'datasetDeleted', id })
        for (const run of store.runs.list()) if (run.datasetId === null) emit({ type: 'run', run })
        for (const experiment of experiments.list()) emit({ type: 'experiment', experiment })
        return freed
      },
    },
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
