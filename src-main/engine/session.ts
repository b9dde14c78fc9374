import { adaptiveSolver, drawingOf, selectionOf } from '#contract/drawing.ts'
import type {
  DrawingRequest,
  EngineEvent,
  EngineRequests,
  SampleRequest,
  SampleResult,
} from '#contract/engine.ts'
import { FlowerbedError } from '#contract/errors.ts'
import type { Handlers } from '../child/channel.ts'
import { describeMachine } from './machine.ts'
import { outOfMemory } from './runtime/card-trouble.ts'
import { availableMemory } from './runtime/free-memory.ts'
import { loadTensorFlow } from './runtime/load.ts'
import { DrawingJobs } from './sample/drawing-jobs.ts'
import type { OnStep } from './sample/drawing-jobs.ts'
import { encode } from './sample/encode.ts'
import { exportModel } from './sample/export.ts'
import { drawGrid } from './sample/grid.ts'
import type { Model } from './sample/model.ts'
import { SavedModels } from './sample/saved-models.ts'
import { shift } from './sample/shift.ts'
import { saveSheet } from './sample/sheet.ts'
import { walk } from './sample/walk.ts'
import { estimateMemory } from './train/memory.ts'
import { Trainer } from './train/trainer.ts'

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
  | 'cancelDrawing'
>

export interface Engine {
  handlers: Handlers<ModelRequests>
  /** Ends training with a save, then frees everything on the device. */
  dispose: () => Promise<void>
}

/**
 * Everything the engine does, independent of which process it runs in: answers EngineRequests and tells EngineEvents.
 * TensorFlow is loaded when first needed. One run is in training at a time; drawing takes place between its steps.
 */
export function createEngine(options: { emit: (event: EngineEvent) => void }): Engine {
  const { emit } = options
  const saved = new SavedModels()
  const jobs = new DrawingJobs({ emit })
  let trainer: Trainer | null = null

  const trainerOf = (runId: string): Trainer => {
    if (trainer?.runId === runId) return trainer
    throw new FlowerbedError('conflict', 'This run is not in training.', { where: runId })
  }

  /** Draws with the live networks of a run in training, else with those of its checkpoint. */
  const withModel = <T>(
    request: DrawingRequest,
    work: (model: Model, context: { step: number; onStep: OnStep }) => Promise<T>,
  ): Promise<T> => {
    const { model: source, device } = request
    const { weights } = drawingOf(request.drawing)
    const drawing = jobs.run(request.job, async (onStep) => {
      const lent = async (model: Model, step: number) => {
        await onStep(0)
        return await work(model, { step, onStep })
      }
      if (trainer?.runId === source.runId) return await trainer.withModel(lent, weights)
      loadTensorFlow({ device })
      return await saved.use({ source, weights }, lent)
    })
    return drawing.catch((thrown: unknown) => {
      throw outOfMemory(thrown) ?? thrown
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
      return estimateMemory({ config, shape, availableBytes: availableMemory(loaded.device) })
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
      await withModel(request, (model, { onStep }) => walk(model, request, onStep)),
    encode: async (request) =>
      await withModel(request, (model, { onStep }) => encode(model, request, onStep)),
    grid: async (request) =>
      await withModel(request, (model, { onStep }) => drawGrid(model, request, onStep)),
    shift: async (request) => await withModel(request, (model, { onStep }) => shift(model, request, onStep)),
    export: async (request) =>
      await withModel(request, (model, { step }) => exportModel(model, { request, step })),
    cancelDrawing: ({ job }) => jobs.cancel(job),
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
  const drawing = drawingOf(request.drawing)
  const drawn = await model.sample({ count, first, seed, temperature, trajectory, ...drawing, onStep })
  const { pictures, evaluations } = drawn
  const result = { pictures, trajectory: drawn.trajectory, evaluations }
  if (!save) return { ...result, record: null }
  const { runId, runDirectory } = source
  const { solver } = drawing
  const record = await saveSheet({
    ...{ runId, runDirectory, kind: 'extra', step, pictures, seed, solver },
    // What an adaptive solver took stands for what it was asked.
    solverSteps: solver === adaptiveSolver ? Math.round(drawn.steps) : drawing.steps,
  })
  return { ...result, record }
}
