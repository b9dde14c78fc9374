import { adaptiveSolver, samplingOf, selectionOf } from '#shared/schemas/sampling.ts'
import type {
  SamplingRequest,
  EngineEvent,
  EngineRequests,
  SampleRequest,
  SampleResult,
} from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Handlers } from '../processes/rpc.ts'
import { describeMachine } from './backend/machine.ts'
import { toOutOfMemoryError } from './backend/gpu-errors.ts'
import { readAvailableMemory } from './backend/free-memory.ts'
import { loadTensorFlow } from './backend/load.ts'
import { SamplingJobs } from './sampling/sampling-jobs.ts'
import type { OnStep } from './sampling/sampling-jobs.ts'
import { encode } from './sampling/encode.ts'
import { exportModel } from './sampling/export.ts'
import { drawGrid } from './sampling/latent-grid.ts'
import type { Model } from './sampling/sampler.ts'
import { LoadedSamplers } from './sampling/loaded-samplers.ts'
import { shift } from './sampling/latent-shift.ts'
import { saveSheet } from './sampling/sample-sheet.ts'
import { interpolate } from './sampling/interpolate.ts'
import { estimateMemory } from './training/memory-estimate.ts'
import { Trainer } from './training/train-loop.ts'

/** The requests answered here; those about TensorFlow itself are the runtime's. */
export type ModelRequests = Pick<
  EngineRequests,
  | 'train'
  | 'estimate'
  | 'pause'
  | 'stop'
  | 'extend'
  | 'sample'
  | 'interpolate'
  | 'encode'
  | 'grid'
  | 'shift'
  | 'export'
  | 'cancelSampling'
>

export interface Engine {
  handlers: Handlers<ModelRequests>
  /** Ends training with a save, then frees everything on the device. */
  dispose: () => Promise<void>
}

/**
 * Everything the engine does, independent of which process it runs in: answers EngineRequests and tells EngineEvents.
 * TensorFlow is loaded when first needed. One run is in training at a time; sampling takes place between its steps.
 */
export function createEngine(options: { emit: (event: EngineEvent) => void }): Engine {
  const { emit } = options
  const saved = new LoadedSamplers()
  const jobs = new SamplingJobs({ emit })
  let trainer: Trainer | null = null

  const trainerOf = (runId: string): Trainer => {
    if (trainer?.runId === runId) return trainer
    throw new FlowerbedError('conflict', 'This run is not in training.', { where: runId })
  }

  /** Draws with the live networks of a run in training, else with those of its checkpoint. */
  const withModel = <T>(
    request: SamplingRequest,
    work: (model: Model, context: { step: number; onStep: OnStep }) => Promise<T>,
  ): Promise<T> => {
    const { model: source, device } = request
    const { weights } = samplingOf(request.sampling)
    const sampling = jobs.run(request.job, async (onStep) => {
      const lent = async (model: Model, step: number) => {
        await onStep(0)
        return await work(model, { step, onStep })
      }
      if (trainer?.runId === source.runId) return await trainer.withModel(lent, weights)
      loadTensorFlow({ device })
      return await saved.use({ source, weights }, lent)
    })
    return sampling.catch((thrown: unknown) => {
      throw toOutOfMemoryError(thrown) ?? thrown
    })
  }

  const handlers: Handlers<ModelRequests> = {
    train: async (request) => {
      if (trainer) {
        throw new FlowerbedError('conflict', 'Another run is in training.', {
          where: trainer.runId,
          hint: 'Pause it first.',
        })
      }
      const machine = describeMachine(loadTensorFlow({ device: request.device }))
      // What was drawn from before makes room for the training.
      void saved.clear()
      trainer = new Trainer({ request, machine, emit })
      try {
        return await trainer.run()
      } finally {
        trainer = null
      }
    },
    estimate: ({ config, shape, device }) => {
      const loaded = loadTensorFlow({ device })
      return estimateMemory({ config, shape, availableBytes: readAvailableMemory(loaded.device) })
    },
    pause: async ({ runId }) => {
      await trainerOf(runId).end({ outcome: 'paused', save: true })
    },
    stop: async ({ runId, save }) => {
      await trainerOf(runId).end({ outcome: 'stopped', save })
    },
    extend: ({ runId, limits }) => {
      trainerOf(runId).extend(limits)
    },
    sample: async (request) => {
      selectionOf(request)
      return await withModel(request, (model, context) => draw(model, { request, ...context }))
    },
    interpolate: async (request) =>
      await withModel(request, (model, { onStep }) => interpolate(model, request, onStep)),
    encode: async (request) =>
      await withModel(request, (model, { onStep }) => encode(model, request, onStep)),
    grid: async (request) =>
      await withModel(request, (model, { onStep }) => drawGrid(model, request, onStep)),
    shift: async (request) => await withModel(request, (model, { onStep }) => shift(model, request, onStep)),
    export: async (request) =>
      await withModel(request, (model, { step }) => exportModel(model, { request, step })),
    cancelSampling: ({ job }) => jobs.cancel(job),
  }

  return {
    handlers,
    dispose: async () => {
      await trainer?.end({ outcome: 'paused', save: true })
      await saved.clear()
    },
  }
}

async function draw(
  model: Model,
  { request, step, onStep }: { request: SampleRequest; step: number; onStep: OnStep },
): Promise<SampleResult> {
  const { model: source, save, seed, count, first, temperature, trajectory } = request
  const sampling = samplingOf(request.sampling)
  const drawn = await model.sample({ count, first, seed, temperature, trajectory, ...sampling, onStep })
  const { images, evaluations } = drawn
  const result = { images, trajectory: drawn.trajectory, evaluations }
  if (!save) return { ...result, record: null }
  const { runId, runDirectory } = source
  const { solver } = sampling
  const record = await saveSheet({
    ...{ runId, runDirectory, kind: 'extra', step, images, seed, solver },
    // What an adaptive solver took stands for what it was asked.
    solverSteps: solver === adaptiveSolver ? Math.round(drawn.steps) : sampling.steps,
  })
  return { ...result, record }
}
