import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { samplingSchema, selectionSchema } from '#shared/schemas/sampling.ts'
import { betweenNames, encoderNames } from '#shared/engine-messages.ts'
import type { ImageSource } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { InterpolationEnd } from '#shared/ipc.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Routes } from './router.ts'
import type { Services } from './services.ts'

type SamplingRoutes = Pick<Routes, Extract<keyof Routes, `gallery.${string}` | `latent.${string}`>>

const filePath = z.string().refine(isAbsolute, 'Choose a file')
const end = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dataset'), index: z.int().min(0) }),
  z.strictObject({ kind: z.literal('file'), path: filePath }),
])

const seed = z
  .int()
  .min(0)
  .max(2 ** 31 - 1)
/** What strips and grids are both asked with. */
const choice = {
  id: z.string(),
  mode: z.enum(betweenNames),
  encoder: z.enum(encoderNames),
  encoderSeed: seed.optional(),
  sampling: samplingSchema,
}

export function samplingRoutes({ store, runService, engine, importer, emit }: Services): SamplingRoutes {
  /** Files are decoded by the importer, which is made to be ended by them. */
  const decode = (run: RunRecord, path: string) =>
    importer.request('decode', { path, shape: run.shape, fit: 'crop' })

  async function sourceOf(run: RunRecord, chosen: InterpolationEnd): Promise<ImageSource> {
    if (chosen.kind === 'file') return { kind: 'pixels', pixels: (await decode(run, chosen.path)).pixels }
    if (run.datasetId === null) {
      throw new FlowerbedError('not-found', 'The images of this run were deleted.', {
        hint: 'Choose image files instead, or import the folder again.',
      })
    }
    const { directory } = store.datasets.get(run.datasetId)
    return { kind: 'dataset', datasetDirectory: directory, index: chosen.index }
  }

  return {
    'gallery.sample': {
      argument: z.strictObject({
        id: z.string(),
        job: z.string(),
        count: z.int().min(1).max(256),
        seed,
        temperature: selectionSchema.shape.temperature,
        sampling: samplingSchema,
      }),
      answer: async ({ id, ...wanted }) => {
        const { deviceChoice: device } = store.runs.get(id)
        const { record } = await runService.withModel(id, (model) =>
          engine.request('sample', { model, device, save: true, ...wanted }),
        )
        if (!record) throw new FlowerbedError('internal', 'The engine drew without saving.')
        runService.record({ type: 'sample', record })
        emit({ type: 'sample', record })
        return record
      },
    },
    'gallery.cancel': {
      argument: z.strictObject({ job: z.string() }),
      answer: (argument) => engine.request('cancelSampling', argument),
    },
    'latent.image': {
      argument: z.strictObject({ id: z.string(), path: filePath }),
      answer: ({ id, path }) => decode(store.runs.get(id), path),
    },
    'latent.interpolate': {
      argument: z.strictObject({
        ...choice,
        a: end,
        b: end,
        frames: z.int().min(2).max(129),
      }),
      answer: async ({ id, a, b, ...interpolation }) => {
        const run = store.runs.get(id)
        const [from, to] = await Promise.all([sourceOf(run, a), sourceOf(run, b)])
        const device = run.deviceChoice
        return await runService.withModel(id, (model) =>
          engine.request('interpolate', { model, device, a: from, b: to, ...interpolation }),
        )
      },
    },
    'latent.grid': {
      argument: z.strictObject({
        ...choice,
        images: z.array(end).min(3).max(4),
        rows: z.int().min(2).max(32),
        columns: z.int().min(2).max(32),
      }),
      answer: async ({ id, images, ...grid }) => {
        const run = store.runs.get(id)
        const device = run.deviceChoice
        const sources = await Promise.all(images.map((image) => sourceOf(run, image)))
        return await runService.withModel(id, (model) =>
          engine.request('grid', { model, device, images: sources, ...grid }),
        )
      },
    },
  }
}
