import { join } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { checkpointOf } from '#shared/sample-origin.ts'
import type { SampleRecord } from '#shared/schemas/run.ts'
import { settingsOf } from '#shared/sample-settings.ts'
import { runFolder } from '../files/data-folder.ts'
import { Dataset } from '../datasets/packed-dataset.ts'
import { chosenImages } from './chosen-images.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

export function samplingHandlers(services: Services): HandlersOf<'gallery' | 'latent'> {
  const { store, runService, engine, emit } = services
  const { decode, sourceOf } = chosenImages(services)

  function recordOf(id: string, sample: string): SampleRecord {
    const record = store.samples.list(store.runs.key(id)).find((one) => one.id === sample)
    if (record) return record
    throw new FlowerbedError('not-found', errorText('sample.gone'), { where: sample })
  }

  return {
    'gallery.sample': async ({ id, checkpoint, ...request }) => {
      const { deviceChoice: device } = store.runs.get(id)
      const { record } = await runService.withModel(
        id,
        (model) => engine.request('sample', { model, device, save: true, ...request }),
        checkpoint,
      )
      if (!record) throw new FlowerbedError('internal', errorText('sample.notSaved'))
      runService.record({ type: 'sample', record })
      emit({ type: 'sample', record })
      return record
    },
    'gallery.trajectory': async ({ id, sample, image, steps, job }) => {
      const record = recordOf(id, sample)
      const { selection, sampling } = settingsOf(record)
      const checkpoint = checkpointOf(record, runService.checkpoints.list(id))?.step
      const { deviceChoice: device } = store.runs.get(id)
      const { seed, first, temperature } = selection
      return await runService.withModel(
        id,
        (model) =>
          engine.request('trajectory', {
            ...{ model, device, job, seed, first: first + image, temperature },
            sampling: steps === undefined ? sampling : { ...sampling, steps },
          }),
        checkpoint,
      )
    },
    'gallery.nearest': async ({ id, sample }) => {
      const run = store.runs.get(id)
      const record = recordOf(id, sample)
      if (run.datasetId === null)
        throw new FlowerbedError('not-found', errorText('run.imagesDeletedForReconstruction'))
      const { file, count, columns, shape } = record
      const path = join(runFolder(store.directory, id), 'samples', file)
      const { directory } = store.datasets.get(run.datasetId)
      const { indices, distances } = await engine.request('nearest', {
        ...{ datasetDirectory: directory, excluded: store.runs.excluded(id) },
        ...{ neighbours: 1, device: run.deviceChoice },
        images: { path, count, columns, shape },
      })
      const dataset = new Dataset(directory)
      try {
        return { images: dataset.images(indices), indices, distances }
      } finally {
        dataset.close()
      }
    },
    'gallery.cancel': ({ job }) => engine.cancelSampling(job),
    'latent.image': ({ id, path }) => decode(store.runs.get(id), path),
    'latent.encode': async ({ id, image, ...encoding }) => {
      const run = store.runs.get(id)
      const source = await sourceOf(run, image)
      return await runService.withModel(id, (model) =>
        engine.request('encode', { model, device: run.deviceChoice, images: [source], ...encoding }),
      )
    },
    'latent.interpolate': async ({ id, images, ...interpolation }) => {
      const run = store.runs.get(id)
      const device = run.deviceChoice
      const sources = await Promise.all(images.map((image) => sourceOf(run, image)))
      return await runService.withModel(id, (model) =>
        engine.request('interpolate', { model, device, images: sources, ...interpolation }),
      )
    },
    'latent.grid': async ({ id, images, ...grid }) => {
      const run = store.runs.get(id)
      const device = run.deviceChoice
      const sources = await Promise.all(images.map((image) => sourceOf(run, image)))
      return await runService.withModel(id, (model) =>
        engine.request('grid', { model, device, images: sources, ...grid }),
      )
    },
  }
}
