import { cpus, totalmem } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import type {
  EngineEvent,
  EngineRequests,
  InterpolateRequest,
  ModelSource,
  PictureSource,
} from '#contract/engine.ts'
import { FlowerbedError } from '#contract/errors.ts'
import { pictureBytes } from '#contract/pictures.ts'
import type { PixelBatch } from '#contract/pictures.ts'
import type { DeviceChoice, Machine } from '#contract/run.ts'
import type { Handlers } from '../child/channel.ts'
import { flowerbedVersion } from '../version.ts'
import { Dataset } from './data/dataset.ts'
import { loadTensorFlow } from './runtime/load.ts'
import { Model } from './sample/model.ts'
import { saveSheet } from './sample/sheet.ts'
import { loadCheckpoint } from './train/checkpoint.ts'
import { drawingWeights, Trainer } from './train/trainer.ts'

/** The requests answered here; those about TensorFlow itself are the runtime's. */
export type ModelRequests = Pick<
  EngineRequests,
  'train' | 'pause' | 'stop' | 'extend' | 'sample' | 'interpolate'
>

/** Models of runs that are not in training, kept so that drawing again is quick. */
const modelsKept = 2

/**
 * Everything the engine does, independent of which process it runs in: answers EngineRequests and tells EngineEvents.
 * TensorFlow is loaded when first needed.
 */
export function createEngine(options: { emit: (event: EngineEvent) => void }): {
  handlers: Handlers<ModelRequests>
  dispose: () => void
} {
  const { emit } = options
  let training: { trainer: Trainer; ended: Promise<unknown> } | null = null
  const models = new Map<string, Model>()

  function trainerOf(runId: string): { trainer: Trainer; ended: Promise<unknown> } {
    if (training?.trainer.runId === runId) return training
    throw new FlowerbedError('conflict', 'This run is not in training.', { where: runId })
  }

  async function modelOf(source: ModelSource, device: DeviceChoice): Promise<Model> {
    loadTensorFlow({ device })
    const live = training?.trainer.runId === source.runId
    const key = live ? `${source.runId} live` : `${source.runId} ${source.checkpoint}`
    let model = models.get(key)
    if (!model || live) {
      model ??= new Model({ config: source.config, shape: source.shape })
      model.setWeights(live && training ? training.trainer.weights() : await savedWeights(source, model))
    }
    // Most recently used last.
    models.delete(key)
    models.set(key, model)
    for (const [old, unused] of models) {
      if (models.size <= modelsKept) break
      unused.dispose()
      models.delete(old)
    }
    return model
  }

  const handlers: Handlers<ModelRequests> = {
    train: async (request) => {
      if (training)
        throw new FlowerbedError('conflict', 'Another run is in training.', { hint: 'Pause it first.' })
      const machine = describeMachine(request.device)
      const trainer = new Trainer({ request, machine, emit })
      const ended = trainer.run()
      training = { trainer, ended: ended.catch(() => undefined) }
      try {
        return await ended
      } finally {
        training = null
        models.get(`${request.runId} live`)?.dispose()
        models.delete(`${request.runId} live`)
      }
    },
    pause: async ({ runId }) => {
      const { trainer, ended } = trainerOf(runId)
      trainer.end('paused', true)
      await ended
    },
    stop: async ({ runId, save }) => {
      const { trainer, ended } = trainerOf(runId)
      trainer.end('stopped', save)
      await ended
    },
    extend: ({ runId, steps }) => {
      trainerOf(runId).trainer.extend(steps)
    },
    sample: async ({ model: source, device, count, seed, solver, solverSteps, save }) => {
      const model = await modelOf(source, device)
      const pictures = await model.sample({
        count,
        seed,
        solver,
        steps: solverSteps,
        onStep: () => setImmediate(),
      })
      if (!save) return { pictures, record: null }
      const step = stepOf(source.checkpoint)
      const about = { runId: source.runId, step, kind: 'extra' as const, seed, solver, solverSteps }
      return { pictures, record: await saveSheet({ runDirectory: source.runDirectory, pictures, about }) }
    },
    interpolate: async (request) => await walk(await modelOf(request.model, request.device), request),
  }

  return {
    handlers,
    dispose: () => {
      for (const model of models.values()) model.dispose()
      models.clear()
    },
  }
}

async function walk(model: Model, request: InterpolateRequest): Promise<EngineRequests['interpolate'][1]> {
  const { frames, mode, solver, solverSteps: steps, encoder } = request
  const originals = joined([request.a, request.b].map((end) => pictureOf(end, model)))
  const integration = { solver, steps, onStep: () => setImmediate() }
  const ends = encoder === 'inversion' ? await model.invert(originals, integration) : model.encode(originals)
  const drawn = await model.draw(model.between(ends, { frames, mode }), integration)
  const last = frames - 1
  return {
    frames: drawn,
    originals,
    reconstructionError: [difference(originals, 0, drawn, 0), difference(originals, 1, drawn, last)],
  }
}

/** Root mean square difference of two pictures in [0, 1]. */
// eslint-disable-next-line max-params -- two pictures, each a batch and a place in it
function difference(a: PixelBatch, i: number, b: PixelBatch, j: number): number {
  const size = pictureBytes(a)
  let sum = 0
  for (let k = 0; k < size; k++) sum += ((a.pixels[i * size + k] ?? 0) - (b.pixels[j * size + k] ?? 0)) ** 2
  return Math.sqrt(sum / size) / 255
}

function pictureOf(source: PictureSource, model: Model): PixelBatch {
  const { shape } = model
  if (source.kind === 'pixels') {
    if (source.pixels.length !== pictureBytes(shape)) {
      throw new FlowerbedError('bad-input', 'The picture does not have the size this run learnt from.', {
        hint: `It must be ${shape.width} × ${shape.height} pixels with ${shape.channels} channels.`,
      })
    }
    return { ...shape, count: 1, pixels: source.pixels }
  }
  const dataset = new Dataset(source.datasetDirectory)
  try {
    return dataset.pictures([source.index])
  } finally {
    dataset.close()
  }
}

function joined(batches: PixelBatch[]): PixelBatch {
  const [first] = batches
  if (!first) throw new FlowerbedError('internal', 'There are no pictures to join.')
  const pixels = new Uint8Array(batches.reduce((sum, { pixels: { length } }) => sum + length, 0))
  let at = 0
  for (const batch of batches) {
    pixels.set(batch.pixels, at)
    at += batch.pixels.length
  }
  return { ...first, count: batches.reduce((sum, { count }) => sum + count, 0), pixels }
}

async function savedWeights(source: ModelSource, model: Model) {
  if (source.checkpoint === null) {
    throw new FlowerbedError('not-found', 'This run has no save to draw from.', {
      hint: 'Train it until it has saved once.',
    })
  }
  const { state } = await loadCheckpoint(source.runDirectory, source.checkpoint)
  return drawingWeights(model.system, state)
}

function stepOf(checkpoint: string | null): number {
  return Number(/\d+/.exec(checkpoint ?? '')?.[0] ?? 0)
}

/** The machine and versions, for the run's record; loads TensorFlow. */
function describeMachine(choice: DeviceChoice): Machine {
  const { tensorflowVersion, device, deviceName } = loadTensorFlow({ device: choice })
  return {
    flowerbed: flowerbedVersion,
    tensorflow: tensorflowVersion,
    node: process.versions.node,
    electron: process.versions['electron'] ?? null,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? process.arch,
    cores: cpus().length,
    memoryBytes: totalmem(),
    device,
    deviceName,
  }
}
