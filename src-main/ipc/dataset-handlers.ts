import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { removeAbandonedPacks } from '../datasets/abandoned.ts'
import { OpenDatasets } from '../datasets/open-datasets.ts'
import type { Dataset } from '../datasets/packed-dataset.ts'
import { datasetsFolder } from '../files/data-folder.ts'
import { deleteDataset } from '../runs/delete-dataset.ts'
import { undoMs } from '../runs/pending-deletions.ts'
import { datasetOfPaths, earlierImport, importOptionsOf, replaceDataset } from '../runs/update-dataset.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

export function datasetHandlers(services: Services): HandlersOf<'datasets'> {
  const { store, importer, trainingQueues, experiments, deletions, emit } = services
  const opened = new OpenDatasets()
  /** The paths of each scan. */
  const scanned = new Map<string, string[]>()
  void removeAbandonedPacks(datasetsFolder(store.directory))
  const open = (id: string): Dataset => opened.get(store.datasets.get(id).directory)
  return {
    'datasets.list': () => store.datasets.list().filter(({ id }) => !deletions.hides(id)),
    'datasets.recent': () =>
      store.settings.recentFolders().map((folder) => ({ ...folder, exists: existsSync(folder.path) })),
    'datasets.scan': async (argument) => {
      const report = await importer.request('scan', argument)
      scanned.set(report.scan, argument.paths)
      return report
    },
    'datasets.preview': (argument) => importer.request('preview', argument),
    'datasets.import': async (argument) => {
      // The same images may be about to be deleted.
      await deletions.flush()
      const reuse = earlierImport(store, scanned.get(argument.scan) ?? [], argument.options)
      const packed = await importer.request('pack', {
        ...argument,
        datasetsDirectory: datasetsFolder(store.directory),
        ...(reuse !== undefined && { reuse }),
      })
      const dataset = store.datasets.save(packed)
      // Only what was imported is worth offering again.
      for (const path of scanned.get(argument.scan) ?? [])
        if (await isFolder(path)) store.settings.useFolder(path)
      emit({ type: 'dataset', dataset })
      return dataset
    },
    'datasets.ofPaths': ({ paths }) => datasetOfPaths(store, paths),
    'datasets.rescan': async ({ id, job }) => {
      const { scan, difference } = await importer.request('rescan', {
        job,
        directory: store.datasets.get(id).directory,
      })
      return { scan, difference }
    },
    'datasets.updateImages': async ({ id, job, scan }) => {
      await deletions.flush()
      const { directory } = store.datasets.get(id)
      const options = importOptionsOf(store, id)
      const datasetsDirectory = datasetsFolder(store.directory)
      const packed = await importer.request('pack', {
        job,
        scan,
        options,
        datasetsDirectory,
        reuse: directory,
      })
      await importer.request('forget', { scan })
      opened.close(directory)
      const { dataset, deleted } = await replaceDataset(store, id, packed)
      emit({ type: 'dataset', dataset })
      if (deleted) emit({ type: 'datasetDeleted', id })
      else if (dataset.id !== id) emit({ type: 'dataset', dataset: store.datasets.get(id) })
      return dataset
    },
    'datasets.cancel': (argument) => importer.request('cancel', argument),
    'datasets.forgetScan': (argument) => {
      scanned.delete(argument.scan)
      return importer.request('forget', argument)
    },
    'datasets.problems': ({ id }) => open(id).index.problems,
    'datasets.labels': ({ id }) => {
      const { labels, labelOf } = open(id).index
      return { labels, labelOf }
    },
    'datasets.contents': ({ id }) => {
      const { labels, labelOf, details, problems } = open(id).index
      return {
        ...{ labels, labelOf: Int32Array.from(labelOf), excluded: store.datasets.excluded(id), problems },
        ...{ width: Int32Array.from(details?.width ?? []), height: Int32Array.from(details?.height ?? []) },
      }
    },
    'datasets.image': ({ id, index }) => {
      const { paths, labels, labelOf, details } = open(id).index
      const path = paths[index]
      if (path === undefined) throw new FlowerbedError('not-found', errorText('dataset.noImage'))
      const label = labels[labelOf[index] ?? -1] ?? null
      const { width, height, bytes } = details ?? {}
      return {
        ...{ path, label, width: width?.[index] ?? 0, height: height?.[index] ?? 0 },
        bytes: bytes?.[index] ?? 0,
      }
    },
    'datasets.nearDuplicates': ({ id, job }) =>
      importer.request('nearDuplicates', {
        ...{ job, directory: store.datasets.get(id).directory, excluded: store.datasets.excluded(id) },
      }),
    'datasets.exclude': ({ id, images, excluded }) => {
      const { count } = store.datasets.get(id)
      const dataset = store.datasets.exclude(
        id,
        images.filter((image) => image < count),
        excluded,
      )
      emit({ type: 'dataset', dataset })
      return dataset
    },
    'datasets.images': ({ id, indices }) => open(id).images(indices),
    'datasets.update': ({ id, ...changes }) => {
      const dataset = store.datasets.update(id, changes)
      emit({ type: 'dataset', dataset })
      return dataset
    },
    'datasets.delete': ({ id }) => {
      const directory = store.datasets.directoryOf(id)
      const trained = trainingQueues.running.map((run) => store.runs.get(run.id))
      const inTraining = trained.find(({ datasetId }) => datasetId === id)
      if (inTraining) {
        throw new FlowerbedError('conflict', errorText('dataset.inTraining', { run: inTraining.name }))
      }
      emit({ type: 'datasetDeleted', id })
      const work = async () => {
        if (directory !== null) opened.close(directory)
        await deleteDataset(store, id)
        for (const run of store.runs.list())
          if (run.datasetId === null && !deletions.hides(run.id)) emit({ type: 'run', run })
        for (const experiment of experiments.list()) emit({ type: 'experiment', experiment })
      }
      const undo = () => emit({ type: 'dataset', dataset: store.datasets.get(id) })
      return { deletion: deletions.add({ work, undo, hides: [id] }), undoMs }
    },
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
