import type { EngineEvent, TrainRequest } from '#shared/engine-messages.ts'
import { labelsOf } from '#shared/dataset-labels.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Machine } from '#shared/schemas/run.ts'
import { Dataset } from '../../datasets/packed-dataset.ts'
import { getReadableState } from '../graph/program.ts'
import { splitImages } from '../data/split.ts'
import { readAvailableMemory } from '../backend/free-memory.ts'
import { measuredSpecs } from '../checkpoints/state-names.ts'
import { CodeTable } from '../sampling/code-table.ts'
import { Evaluator } from './evaluator.ts'
import { CheckpointWriter } from './checkpoint-writer.ts'
import type { FreeBytes } from '../checkpoints/disk-room.ts'
import { planStep } from './plan-step.ts'
import type { PlannedStep } from './plan-step.ts'
import { stepProgram } from './step-program.ts'

/** Everything a run is trained with except its step runner, which needs the precision. */
export interface TrainingParts extends PlannedStep {
  dataset: Dataset
  /** Indices of the training images. */
  indices: Uint32Array
  checkpointWriter: CheckpointWriter
  /** Null without a code. */
  codeTable: CodeTable | null
  evaluator: Evaluator
}

/**
 * Opens the dataset of a run, creates its model and checks that training fits into memory.
 * @throws FlowerbedError before anything is allocated
 */
export function openParts(options: {
  request: TrainRequest
  device: Machine['device']
  emit: (event: EngineEvent) => void
  freeBytes?: FreeBytes | undefined
}): TrainingParts {
  const { request, device, emit, freeBytes } = options
  const { runId, runDirectory, config } = request
  const dataset = new Dataset(request.datasetDirectory, request)
  try {
    if (dataset.count === 0) {
      throw new FlowerbedError('bad-input', errorText('training.noImages'), {
        where: request.datasetDirectory,
      })
    }
    const { shape } = dataset.index
    const labels = labelsOf(config, dataset.index.labels)
    const { memoryLimit = Infinity } = request
    const availableBytes = Math.min(memoryLimit, readAvailableMemory(device))
    const labelCount = labels.length
    const step = planStep({ config, shape, count: dataset.count, labelCount, availableBytes })
    const { system, resident } = step
    const split = splitImages({ count: dataset.count, share: config.validationShare, seed: config.seed })
    const state = {
      ...getReadableState(stepProgram({ system, config, shape, resident })),
      ...measuredSpecs(system),
    }
    const checkpointWriter = new CheckpointWriter({ request, shape, labels, state, freeBytes })
    const codeTable = system.codeSize > 0 ? new CodeTable({ system, dataset, indices: split.training }) : null
    const run = { runId, runDirectory }
    const evaluator = new Evaluator({ run, system, config, shape, labels, dataset, split, emit })
    return {
      ...step,
      dataset,
      indices: split.training,
      checkpointWriter,
      codeTable,
      evaluator,
    }
  } catch (thrown) {
    dataset.close()
    throw thrown
  }
}
