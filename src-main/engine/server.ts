import { adaptiveSolver, samplingOf, selectionOf } from '#shared/schemas/sampling.ts'
import type { EngineEvent, EngineRequests, TrainRequest } from '#shared/engine-messages.ts'
import type { SamplingRequest, SampleRequest, SampleResult } from '#shared/sampling-messages.ts'
import type { Machine } from '#shared/schemas/run.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Handlers } from '../processes/rpc.ts'
import { describeMachine } from './backend/machine.ts'
import { toOutOfMemoryError } from './backend/gpu-errors.ts'
import { readAvailableMemory } from './backend/free-memory.ts'
import { loadTensorFlow } from './backend/load.ts'
import { makeAverage } from './averaging/average.ts'
import { evaluate } from './evaluation/evaluate.ts'
import { findNearest } from './evaluation/nearest-images.ts'
import { prepareGuide } from './sampling/guide.ts'
import { SamplingJobs } from './sampling/sampling-jobs.ts'
import type { OnStep } from './sampling/sampling-jobs.ts'
import { findDirection, moveAlong } from './sampling/directions.ts'
import { encode } from './sampling/encode.ts'
import { exportModel } from './sampling/export.ts'
import { sampleGrid } from './sampling/latent-grid.ts'
import type { Sampler } from './sampling/sampler.ts'
import { LoadedSamplers } from './sampling/loaded-samplers.ts'
import { shift } from './sampling/latent-shift.ts'
import { writeSampleSheet } from './sampling/sample-sheet.ts'
import { interpolate } from './sampling/interpolate.ts'
import { recordTrajectory } from './sampling/trajectory.ts'
import { cacheDirectory } from '../tensorflow/layout.ts'
import { deviceSpeed } from './training/device-speed.ts'
import { estimateMemory } from './training/memory-estimate.ts'
import { stepCost } from './training/step-costs.ts'
import { waitForGpu } from './training/memory-wait.ts'
import { RunPreparation } from './training/run-preparation.ts'
import { Trainer } from './training/trainer.ts'

/** The requests answered here; those about TensorFlow itself are the runtime's. */
export type ModelRequests = Pick<
  EngineRequests,
  | 'train'
  | 'prepare'
  | 'dropPrepared'
  | 'estimate'
  | 'stepCosts'
  | 'pause'
  | 'stop'
  | 'extend'
  | 'sample'
  | 'interpolate'
  | 'encode'
  | 'grid'
  | 'shift'
  | 'direction'
  | 'move'
  | 'trajectory'
  | 'evaluate'
  | 'average'
  | 'nearest'
  | 'export'
  | 'cancelSampling'
>

export interface Engine {
  handlers: Handlers<ModelRequests>
  /** Ends training with a checkpoint, then frees everything on the device. */
  dispose: () => Promise<void>
}

/**
 * Creates the engine, which does not depend on the process it runs in: it handles EngineRequests and emits EngineEvents.
 * TensorFlow is loaded when first needed. One run trains at a time; samples of it are generated between its steps.
 */
export function createEngine(options: { emit: (event: EngineEvent) => void }): Engine {
  const { emit } = options
  const samplers = new LoadedSamplers()
  const jobs = new SamplingJobs({ emit })
  const preparation = new RunPreparation()
  let trainer: Trainer | null = null
  /** A run that is about to begin, or waits for the GPU's memory. */
  let waiting: { runId: string; cancel: AbortController } | null = null

  const trainerOf = (runId: string): Trainer => {
    if (trainer?.runId === runId) return trainer
    throw new FlowerbedError('conflict', errorText('training.notThisRun'), { where: runId })
  }

  /** Lends the present model of a run in training, else that of its checkpoint. */
  const withSampler = <T>(
    request: SamplingRequest,
    work: (sampler: Sampler, context: ModelContext) => Promise<T>,
  ): Promise<T> => {
    const { model: source, device } = request
    const sampling = samplingOf(request.sampling)
    const { weights } = sampling
    const result = jobs.run(request.job, async (onStep) => {
      const use = async (sampler: Sampler, step: number) => {
        await onStep(0)
        const guideStep = await prepareGuide(sampler, { source, sampling, step })
        return await work(sampler, { step, guideStep, onStep })
      }
      if (trainer?.runId === source.runId && !source.exact) return await trainer.withSampler(use, weights)
      loadTensorFlow({ device })
      return await samplers.use({ source, weights }, use)
    })
    return result.catch((thrown: unknown) => {
      throw toOutOfMemoryError(thrown) ?? thrown
    })
  }

  const cancelWaiting = (runId: string): boolean => {
    if (waiting?.runId !== runId) return false
    waiting.cancel.abort()
    return true
  }

  /** Waits for the end of a call that prepares a run, and while others use too much of the GPU's memory. */
  const waitForTurn = async (request: TrainRequest, device: Machine['device']) => {
    const cancel = new AbortController()
    const { signal } = cancel
    waiting = { runId: request.runId, cancel }
    try {
      await preparation.begin()
      if (signal.aborted) throw new FlowerbedError('cancelled', errorText('training.notStarted'))
      if (device === 'cuda') await waitForGpu({ request, emit, signal })
    } finally {
      waiting = null
    }
  }

  const handlers: Handlers<ModelRequests> = {
    train: async (request) => {
      const busy = trainer?.runId ?? waiting?.runId
      if (busy !== undefined)
        throw new FlowerbedError('conflict', errorText('training.anotherRun'), { where: busy })
      const loaded = loadTensorFlow({ device: request.device })
      const machine = describeMachine(loaded)
      // Frees memory for training.
      void samplers.clear()
      try {
        await waitForTurn(request, machine.device)
        trainer = new Trainer({
          ...{ request, machine },
          emit: (event) => {
            preparation.follow(event)
            emit(event)
          },
          measuredSpeed: () => deviceSpeed(loaded, cacheDirectory()),
        })
        return await trainer.run()
      } finally {
        trainer = null
        await preparation.drop()
      }
    },
    prepare: async (request) => {
      if (trainer || waiting) return 0
      return await preparation.prepare(request, {
        load: () => loadTensorFlow({ device: request.device }),
        measuredSpeed: (loaded) => deviceSpeed(loaded, cacheDirectory()),
      })
    },
    // A run frees itself what it has not taken.
    dropPrepared: () => (trainer || waiting ? 0 : preparation.drop()),
    estimate: ({ config, shape, device, memoryLimit = Infinity }) => {
      const loaded = loadTensorFlow({ device })
      const availableBytes = Math.min(memoryLimit, readAvailableMemory(loaded.device))
      return estimateMemory({ config, shape, availableBytes })
    },
    stepCosts: async ({ steps, device }) => {
      const loaded = loadTensorFlow({ device })
      const speed = await deviceSpeed(loaded, cacheDirectory())
      return { costs: steps.map(stepCost), speed }
    },
    pause: async ({ runId }) => {
      if (cancelWaiting(runId)) return
      await trainerOf(runId).stop({ outcome: 'paused', save: true })
    },
    stop: async ({ runId, save }) => {
      if (cancelWaiting(runId)) return
      await trainerOf(runId).stop({ outcome: 'stopped', save })
    },
    extend: ({ runId, limits }) => {
      trainerOf(runId).extend(limits)
    },
    sample: async (request) => {
      selectionOf(request)
      return await withSampler(request, (sampler, context) => sample(sampler, { request, ...context }))
    },
    interpolate: async (request) =>
      await withSampler(request, (sampler, { onStep }) => interpolate(sampler, request, onStep)),
    encode: async (request) =>
      await withSampler(request, (sampler, { onStep }) => encode(sampler, request, onStep)),
    grid: async (request) =>
      await withSampler(request, (sampler, { onStep }) => sampleGrid(sampler, request, onStep)),
    shift: async (request) =>
      await withSampler(request, (sampler, { onStep }) => shift(sampler, request, onStep)),
    direction: async (request) =>
      await withSampler(request, (sampler, { step, onStep }) =>
        findDirection(sampler, { request, step, onStep }),
      ),
    move: async (request) =>
      await withSampler(request, (sampler, { onStep }) => moveAlong(sampler, request, onStep)),
    trajectory: async (request) =>
      await withSampler(request, (sampler, { step, onStep }) =>
        recordTrajectory(sampler, { request, step, onStep }),
      ),
    evaluate: async (request) =>
      await evaluate(request, { jobs, withSampler: (work) => withSampler(request, work) }),
    average: async (request) => {
      loadTensorFlow({ device: request.device })
      return await jobs.run(request.job, (onStep) => makeAverage(request, onStep))
    },
    nearest: async (request) => {
      loadTensorFlow({ device: request.device })
      return await jobs.run(request.job, (onStep) => findNearest(request, onStep))
    },
    export: async (request) =>
      await withSampler(request, (sampler, { step, onStep }) =>
        exportModel(sampler, { request, step, onStep }),
      ),
    cancelSampling: ({ job }) => jobs.cancel(job),
  }

  return {
    handlers,
    dispose: async () => {
      waiting?.cancel.abort()
      await trainer?.stop({ outcome: 'paused', save: true })
      await preparation.drop()
      await samplers.clear()
    },
  }
}

/** What is known of a lent model: its training step, and that of the weaker model that guides it. */
interface ModelContext {
  step: number
  guideStep: number | null
  onStep: OnStep
}

async function sample(
  sampler: Sampler,
  { request, step, guideStep, onStep }: ModelContext & { request: SampleRequest },
): Promise<SampleResult> {
  const { model: source, save, seed, count, first, temperature, trajectory } = request
  const sampling = { ...samplingOf(request.sampling), guideCheckpoint: guideStep }
  const generated = await sampler.sample({ count, first, seed, temperature, trajectory, ...sampling, onStep })
  const { images, evaluations } = generated
  const { precision } = sampler
  const result = { images, trajectory: generated.trajectory, evaluations, precision }
  if (!save) return { ...result, record: null }
  const { runId, runDirectory } = source
  const { solver } = sampling
  const record = await writeSampleSheet({
    ...{ runId, runDirectory, kind: 'extra', step, images, seed, solver },
    settings: { selection: selectionOf(request), sampling, evaluations, precision },
    // An adaptive solver chooses its number of steps.
    solverSteps: solver === adaptiveSolver ? Math.round(generated.steps) : sampling.steps,
  })
  return { ...result, record }
}
