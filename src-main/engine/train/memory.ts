import type { RunConfig } from '#contract/config.ts'
import type { MemoryEstimate } from '#contract/engine.ts'
import { FlowerbedError } from '#contract/errors.ts'
import type { PictureShape } from '#contract/pictures.ts'
import { memoryOf } from '../compile/memory.ts'
import { trace } from '../compile/trace.ts'
import { createSystem } from '../flow/create-system.ts'
import { stepProgram } from './step-program.ts'

/**
 * What a training process was seen to take beyond the values of its step, rounded up (balanced and ladder presets,
 * 28 × 28 to 256 × 256, on the CPU; the sum was between the peak and 1.46 of it): TensorFlow, Node and what looks at the
 * run; copies of the state while it is written and saved; and what kernels keep beside their results.
 */
const runtimeBytes = 850e6
const stateCopies = 3
const kernelShare = 1.4

interface Plan {
  config: RunConfig
  shape: PictureShape
}

/** Bytes that training takes at its peak. TensorFlow must have been loaded. */
export function memoryNeeded({ config, shape }: Plan): number {
  const system = createSystem({ config, shape })
  const spec = stepProgram({ system, config, shape })
  const { stateBytes, peakBytes } = memoryOf(spec, trace(spec))
  return Math.round(runtimeBytes + stateCopies * stateBytes + kernelShare * peakBytes)
}

/** That beside what there is; where it does not fit, what would. */
export function estimateMemory({
  config,
  shape,
  availableBytes,
}: Plan & { availableBytes: number }): MemoryEstimate {
  const neededBytes = memoryNeeded({ config, shape })
  if (neededBytes <= availableBytes) return { neededBytes, availableBytes, fits: true, fittingBatch: null }
  let batch = config.batch
  while (batch > 1) {
    batch = Math.floor(batch / 2)
    if (memoryNeeded({ config: { ...config, batch }, shape }) <= availableBytes)
      return { neededBytes, availableBytes, fits: false, fittingBatch: batch }
  }
  return { neededBytes, availableBytes, fits: false, fittingBatch: null }
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

/** @throws FlowerbedError `no-space` with the numbers, and the setting to change */
export function checkFits({ neededBytes, availableBytes, fits, fittingBatch }: MemoryEstimate): void {
  if (fits) return
  throw new FlowerbedError(
    'no-space',
    `This run needs about ${gigabytes(neededBytes)} of memory, and ${gigabytes(availableBytes)} are free.`,
    {
      where: 'batch',
      hint:
        fittingBatch === null
          ? 'Choose a smaller width (hidden) or smaller pictures (--image-size), or close other programs.'
          : `Take ${fittingBatch} pictures per step (batch) or fewer, a smaller width (hidden), or smaller pictures.`,
    },
  )
}
