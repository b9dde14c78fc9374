import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { MemoryEstimate } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { estimateProgramMemory } from '../graph/analysis/memory.ts'
import { trace } from '../graph/trace.ts'
import { createSystem } from '../model/create-model.ts'
import { stepProgram } from './step-program.ts'

/**
 * Memory of a training process beyond the values of its step, measured and rounded up (`pixel-posterior` and ladder presets,
 * 28 × 28 to 256 × 256, on the CPU; the estimate was 1 to 1.46 times the peak): TensorFlow, Node and the evaluator;
 * copies of the state while checkpoints are read and written; temporary memory of the kernels.
 */
const runtimeBytes = 850e6
const stateCopies = 3
const kernelShare = 1.4

interface Plan {
  config: RunConfig
  shape: ImageShape
}

/** Peak memory of training in bytes, without images on the device. TensorFlow must have been loaded. */
export function memoryNeeded({ config, shape }: Plan): number {
  const system = createSystem({ config, shape })
  const spec = stepProgram({ system, config, shape })
  const { stateBytes, peakBytes } = estimateProgramMemory(spec, trace(spec))
  return Math.round(runtimeBytes + stateCopies * stateBytes + kernelShare * peakBytes)
}

/** The size that every JavaScript engine allows for one array. */
const maxResidentBytes = 2 ** 32
/** Leaves memory for other programs. */
const residentShare = 0.5

/**
 * How many of a run's images are kept on the device: all of them where training and their copies during the transfer take
 * at most half of the memory; else none.
 */
export function residentImages(
  { neededBytes, availableBytes }: MemoryEstimate,
  { shape, count }: { shape: ImageShape; count: number },
): number {
  const bytes = count * imageBytes(shape)
  const fits = neededBytes + stateCopies * bytes <= residentShare * availableBytes
  return fits && bytes <= maxResidentBytes ? count : 0
}

/** The graph of a step grows with every part. */
const partsAtMost = 16

/** The numbers of equal parts that a batch can be computed in; none where the loss is not the mean of those of its parts. */
function partsOf({ batch, code, codeFreeNats }: RunConfig): number[] {
  if (code > 0 && codeFreeNats > 0) return []
  const counts = Array.from({ length: partsAtMost - 1 }, (_, i) => i + 2)
  return counts.filter((parts) => parts <= batch && batch % parts === 0)
}

/** The settings of a run whose batches are computed in parts, with the same images, noise and result. */
export const batchInParts = (
  { batch, accumulate }: Pick<RunConfig, 'batch' | 'accumulate'>,
  parts: number,
): Pick<RunConfig, 'batch' | 'accumulate'> => ({ batch: batch / parts, accumulate: accumulate * parts })

/** The memory that training needs and that is available; where it does not fit, the changes with which it would. */
export function estimateMemory({
  config,
  shape,
  availableBytes,
}: Plan & { availableBytes: number }): MemoryEstimate {
  const neededWith = (changes: Partial<RunConfig>) =>
    memoryNeeded({ config: { ...config, ...changes }, shape })
  const neededBytes = neededWith({})
  if (neededBytes <= availableBytes)
    return { neededBytes, availableBytes, fits: true, parts: 1, fittingBatch: null, checkpointingFits: false }
  for (const parts of partsOf(config)) {
    const inParts = neededWith(batchInParts(config, parts))
    if (inParts > availableBytes) continue
    const whole = { fittingBatch: null, checkpointingFits: false }
    return { neededBytes: inParts, availableBytes, fits: true, parts, ...whole }
  }
  const checkpointingFits = !config.checkpointing && neededWith({ checkpointing: true }) <= availableBytes
  const tooLarge = { neededBytes, availableBytes, fits: false, parts: null, checkpointingFits }
  let batch = config.batch
  while (batch > 1) {
    batch = Math.floor(batch / 2)
    if (neededWith({ batch }) <= availableBytes) return { ...tooLarge, fittingBatch: batch }
  }
  return { ...tooLarge, fittingBatch: null }
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

/** @throws FlowerbedError `no-space` with both numbers and the settings to change */
export function checkFits(estimate: MemoryEstimate): void {
  const { neededBytes, availableBytes, fits, fittingBatch, checkpointingFits } = estimate
  if (fits) return
  const numbers = { needed: gigabytes(neededBytes), free: gigabytes(availableBytes) }
  throw new FlowerbedError(
    'no-space',
    fittingBatch === null
      ? errorText(checkpointingFits ? 'memory.checkpointOrShrink' : 'memory.shrink', numbers)
      : errorText(checkpointingFits ? 'memory.checkpointOrFewer' : 'memory.fewer', {
          ...numbers,
          batch: fittingBatch,
        }),
    { where: 'batch' },
  )
}
