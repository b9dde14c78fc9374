import type { Precision } from '#shared/schemas/run-config.ts'
import type { MemoryEstimate } from '#shared/engine-messages.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { Machine } from '#shared/schemas/run.ts'
import { resolvePrecision } from '../graph/passes/lower.ts'
import { knownPrecision, timedPrecision } from './precision-choice.ts'
import type { PrecisionChoice } from './precision-choice.ts'
import { initialState } from './step-program.ts'
import { StepRunner } from './step-runner.ts'
import type { StepperOptions } from './step-runner.ts'

/**
 * What takes a run's steps, in the precision that the run has or, with `auto`, in the one that proves the quicker. It has
 * no state yet: what was timed started from weights of its own, which `begin` replaces.
 */
export async function createStepRunner(
  options: StepperOptions & {
    memory: MemoryEstimate
    device: Machine['device']
    /** The machine of the checkpoint to resume from, where steps were taken before it. */
    resumed: Machine | null
    now: () => number
    givenUp: () => boolean
  },
): Promise<PrecisionChoice & { stepRunner: StepRunner }> {
  const { config, system, dataset, resident, memory, device, resumed, now, givenUp } = options
  const fast = resolvePrecision('auto')
  const inPrecision = (precision: Precision) =>
    new StepRunner({ ...options, config: { ...config, precision } })
  const known = knownPrecision({ wanted: config.precision, fast, device, resumed })
  if (known) return { ...known, stepRunner: inPrecision(known.precision) }
  const make = (precision: Precision) => {
    const stepRunner = inPrecision(precision)
    stepRunner.begin(initialState(system, config))
    return {
      stepRunner,
      take: (step: number) => stepRunner.take(step, config),
      dispose: () => stepRunner.dispose(),
    }
  }
  const ofOne = memory.neededBytes + resident * imageBytes(dataset.index.shape)
  const together = 2 * ofOne <= memory.availableBytes
  const { steps, ...choice } = await timedPrecision({ fast, make, together, now, givenUp })
  return { ...choice, stepRunner: steps.stepRunner }
}
