import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { drawingSchema, selectionSchema } from '#shared/schemas/sampling.ts'
import { betweenNames, encoderNames } from '#shared/engine-messages.ts'
import type { PictureSource } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { WalkEnd } from '#shared/ipc.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Routes } from './router.ts'
import type { Services } from './services.ts'

type DrawingRoutes = Pick<Routes, Extract<keyof Routes, `gallery.${string}` | `latent.${string}`>>

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
  drawing: drawingSchema,
}

export function drawingRoutes({ store, keeper, engine, importer, emit }: Services): DrawingRoutes {
  /** Files are decoded by the importer, which is made to be ended by them. */
  const decode = (run: RunRecord, path: string) =>
    importer.request('decode', { path, shape: run.shape, fit: 'crop' })

  async function sourceOf(run: RunRecord, chosen: WalkEnd): Promise<PictureSource> {
    if (chosen.kind === 'file') return { kind: 'pixels', pixels: (await decode(run, chosen.path)).pixels }
    if (run.datasetId === null) {
      throw new FlowerbedError('not-found', 'The pictures of this run were deleted.', {
        hint: 'Choose picture files instead, or import the folder again.',
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
        drawing: drawingSchema,
      }),
      answer: async ({ id, ...wanted }) => {
        const { deviceChoice: device } = store.runs.get(id)
        const { record } = await keeper.withModel(id, (model) =>
          engine.request('sample', { model, device, save: true, ...wanted }),
        )
        if (!record) throw new FlowerbedError('internal', 'The engine drew without saving.')
        keeper.record({ type: 'sample', record })
        emit({ type: 'sample', record })
        return record
      },
    },
    'gallery.cancel': {
      argument: z.strictObject({ job: z.string() }),
      answer: (argument) => engine.request('cancelDrawing', argument),
    },
    'latent.picture': {
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
      answer: async ({ id, a, b, ...walk }) => {
        const run = store.runs.get(id)
        const [from, to] = await Promise.all([sourceOf(run, a), sourceOf(run, b)])
        const device = run.deviceChoice
        return await keeper.withModel(id, (model) =>
          engine.request('interpolate', { model, device, a: from, b: to, ...walk }),
        )
      },
    },
    'latent.grid': {
      argument: z.strictObject({
        ...choice,
        pictures: z.array(end).min(3).max(4),
        rows: z.int().min(2).max(32),
        columns: z.int().min(2).max(32),
      }),
      answer: async ({ id, pictures, ...grid }) => {
        const run = store.runs.get(id)
        const device = run.deviceChoice
        const sources = await Promise.all(pictures.map((picture) => sourceOf(run, picture)))
        return await keeper.withModel(id, (model) =>
          engine.request('grid', { model, device, pictures: sources, ...grid }),
        )
      },
    },
  }
}
