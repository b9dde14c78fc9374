import type { EngineEvent, MemoryEstimate, TrainRequest } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Machine } from '#shared/schemas/run.ts'
import { Dataset } from '../../datasets/packed-dataset.ts'
import { getReadableState } from '../graph/program.ts'
import { splitImages } from '../data/split.ts'
import { createSystem } from '../model/create-model.ts'
import type { System } from '../model/flow/system.ts'
import { readAvailableMemory } from '../backend/free-memory.ts'
import { checkFits, estimateMemory, residentImages } from './memory-estimate.ts'
import { Evaluator } from './evaluator.ts'
import { CheckpointWriter } from './checkpoint-writer.ts'
import type { FreeBytes } from './checkpoint-writer.ts'
import { stepProgram } from './step-program.ts'

/** What a run is trained with, but for what takes its steps. */
export interface TrainingParts {
  dataset: Dataset
  system: System
  memory: MemoryEstimate
  /** How many images lie on the device. */
  resident: number
  /** Positions of the images to train on. */
  places: Uint32Array
  saver: CheckpointWriter
  observation: Evaluator
}

/**
 * Opens the images of a run and sees that it fits into memory.
 * @throws FlowerbedError before anything is held
 */
export function openParts(options: {
  request: TrainRequest
  device: Machine['device']
  emit: (event: EngineEvent) => void
  freeBytes?: FreeBytes | undefined
}): TrainingParts {
  const { request, device, emit, freeBytes } = options
  const { runId, runDirectory, config } = request
  const dataset = new Dataset(request.datasetDirectory)
  try {
    if (dataset.count === 0) {
      throw new FlowerbedError('bad-input', 'There are no images to train on.', {
        where: request.datasetDirectory,
      })
    }
    const { shape } = dataset.index
    const memory = estimateMemory({ config, shape, availableBytes: readAvailableMemory(device) })
    checkFits(memory)
    const resident = residentImages(memory, dataset.index)
    const system = createSystem({ config, shape })
    const split = splitImages({ count: dataset.count, share: config.validationShare, seed: config.seed })
    const state = getReadableState(stepProgram({ system, config, shape, resident }))
    const saver = new CheckpointWriter({ request, shape, state, freeBytes })
    const run = { runId, runDirectory }
    const observation = new Evaluator({ run, system, config, shape, dataset, split, emit })
    return { dataset, system, memory, resident, places: split.training, saver, observation }
  } catch (thrown) {
    dataset.close()
    throw thrown
  }
}
