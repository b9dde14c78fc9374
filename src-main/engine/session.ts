import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EngineEvent, EngineRequests, ModelSource, SampleRequest } from '#contract/engine.ts'
import { FlowerbedError } from '#contract/errors.ts'
import type { DeviceChoice } from '#contract/run.ts'
import type { Handlers } from '../child/channel.ts'
import { describeMachine } from './machine.ts'
import { loadTensorFlow } from './runtime/load.ts'
import { encode } from './sample/encode.ts'
import type { Model } from './sample/model.ts'
import { SavedModels } from './sample/saved-models.ts'
import { saveSheet } from './sample/sheet.ts'
import { walk } from './sample/walk.ts'
import { Trainer } from './train/trainer.ts'

/** The requests answered here; those about TensorFlow itself are the runtime's. */
export type ModelRequests = Pick<
  EngineRequests,
  'train' | 'pause' | 'stop' | 'extend' | 'sample' | 'interpolate' | 'encode'
>

const maxCount = 4096

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
  let trainer: Trainer | null = null

  const trainerOf = (runId: string): Trainer => {
    if (trainer?.runId === runId) return trainer
    throw new FlowerbedError('conflict', 'This run is not in training.', { where: runId })
  }

  /** The live networks of a run in training, else those of its checkpoint. */
  const withModel = <T>(
    choice: { source: ModelSource; device: DeviceChoice },
    job: (model: Model, step: number) => Promise<T>,
  ): Promise<T> => {
    const { source, device } = choice
    if (trainer?.runId === source.runId) return trainer.withModel(job)
    loadTensorFlow({ device })
    return saved.use(source, job)
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
      checkSample(request)
      const { model: source, device } = request
      return await withModel({ source, device }, (model, step) => draw(model, { request, step }))
    },
    interpolate: async (request) => {
      const { model: source, device } = request
      return await withModel({ source, device }, (model) => walk(model, request))
    },
    encode: async (request) => {
      const { model: source, device } = request
      return await withModel({ source, device }, (model) => encode(model, request))
    },
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
  { request, step }: { request: SampleRequest; step: number },
): Promise<EngineRequests['sample'][1]> {
  const { model: source, count, seed, solver, solverSteps, save } = request
  const pictures = await model.sample({ count, seed, solver, steps: solverSteps, onStep: () => nextTurn() })
  if (!save) return { pictures, record: null }
  const { runId, runDirectory } = source
  const record = await saveSheet({
    runId,
    runDirectory,
    kind: 'extra',
    step,
    pictures,
    seed,
    solver,
    solverSteps,
  })
  return { pictures, record }
}

function checkSample({ count, solverSteps }: SampleRequest): void {
  if (!Number.isInteger(count) || count < 1 || count > maxCount) {
    throw new FlowerbedError('bad-input', `1 to ${maxCount} pictures can be drawn at once, not ${count}.`, {
      where: 'count',
    })
  }
  if (!Number.isInteger(solverSteps) || solverSteps < 1 || solverSteps > 10_000) {
    throw new FlowerbedError('bad-input', `A drawing takes 1 to 10000 steps, not ${solverSteps}.`, {
      where: 'steps',
    })
  }
}
