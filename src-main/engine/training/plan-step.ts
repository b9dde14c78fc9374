import type { MemoryEstimate } from '#shared/engine-messages.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { createSystem } from '../model/create-model.ts'
import type { System } from '../model/flow/system.ts'
import { batchInParts, checkFits, estimateMemory, residentImages } from './memory-estimate.ts'

/** A run's model and how its steps fit into memory. */
export interface PlannedStep {
  memory: MemoryEstimate
  system: System
  /** The model and the settings of the step, whose batches may be computed in parts. */
  stepSystem: System
  stepConfig: (config: RunConfig) => RunConfig
  /** How many images are on the device; 0 when each step transfers its own. */
  resident: number
}

/** @throws FlowerbedError `no-space` where training does not fit into the memory, before anything is allocated */
export function planStep(options: {
  config: RunConfig
  shape: ImageShape
  /** Images of the dataset. */
  count: number
  /** Labels that the run is conditioned on. */
  labelCount: number
  availableBytes: number
}): PlannedStep {
  const { config, shape, count, labelCount, availableBytes } = options
  const memory = estimateMemory({ config, shape, availableBytes })
  checkFits(memory)
  const stepConfig = (given: RunConfig) => ({ ...given, ...batchInParts(given, memory.parts ?? 1) })
  return {
    memory,
    system: createSystem({ config, shape, labelCount }),
    stepSystem: createSystem({ config: stepConfig(config), shape, labelCount }),
    stepConfig,
    resident: residentImages(memory, { shape, count }),
  }
}
