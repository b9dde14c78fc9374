import { desktopText } from '#shared/desktop-text.ts'
import type { Precision, RunConfig } from '#shared/schemas/run-config.ts'
import type { MemoryEstimate } from '#shared/engine-messages.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { DeviceChoice, Machine } from '#shared/schemas/run.ts'
import type { WorkerChoice, WorkerHost } from '#shared/workers.ts'
import { nodeBackend } from '../backend/tfjs.ts'
import { resolvePrecision } from '../graph/passes/lower.ts'
import { workerPlans } from '../cluster/worker-plans.ts'
import { knownPrecision, timedPrecision } from './precision-choice.ts'
import type { PrecisionChoice } from './precision-choice.ts'
import { initialState } from './step-program.ts'
import { StepRunner } from './step-runner.ts'
import type { StepRunnerOptions, TakesSteps } from './step-runner.ts'
import { WorkerStepRunner } from './worker-step-runner.ts'

/**
 * Creates the step runner in the precision of the settings, or with `auto` in the faster one, for which steps are timed.
 * It has no valid state yet: timing starts from random weights, which `begin` replaces.
 */
export async function createStepRunner(
  options: StepRunnerOptions & {
    memory: MemoryEstimate
    device: Machine['device']
    /** The machine of the checkpoint to resume from, where steps were taken before it. */
    resumed: Machine | null
    /** The processes that take the steps together; without, this process takes them. */
    workers: WorkerChoice | undefined
    /** How those of them on other machines are reached, and the device that each machine is to use. */
    workerHosts: WorkerHost[] | undefined
    deviceChoice: DeviceChoice
    now: () => number
    isCancelled: () => boolean
  },
): Promise<PrecisionChoice & { stepRunner: TakesSteps }> {
  const { config, system, dataset, resident, memory, device, resumed, now, isCancelled } = options
  const fast = resolvePrecision('auto')
  if (options.workers) return await createWorkerStepRunner({ ...options, workers: options.workers })
  const fused = isFusingWorthwhile(config)
  const inPrecision = (precision: Precision, { fused }: { fused: boolean }) =>
    new StepRunner({ ...options, fused, config: { ...config, precision } })
  const known = knownPrecision({ setting: config.precision, fast, device, resumed })
  if (known) return { ...known, stepRunner: inPrecision(known.precision, { fused }) }
  const make = (precision: Precision) => {
    // Without XLA, which takes long to compile both.
    const stepRunner = inPrecision(precision, { fused: false })
    stepRunner.begin(initialState(system, config))
    return {
      stepRunner,
      takeStep: (step: number) => stepRunner.takeStep(step, config),
      dispose: () => stepRunner.dispose(),
    }
  }
  const bytesEach = memory.neededBytes + resident * imageBytes(dataset.index.shape)
  const together = 2 * bytesEach <= memory.availableBytes
  const { steps, ...choice } = await timedPrecision({ fast, make, together, now, isCancelled })
  if (!fused) return { ...choice, stepRunner: steps.stepRunner }
  await steps.dispose()
  return { ...choice, stepRunner: inPrecision(choice.precision, { fused }) }
}

/** Where the precision is left open, that which is fast on a GPU; on processors nothing is timed and fp32 is taken. */
async function createWorkerStepRunner(
  options: StepRunnerOptions & {
    device: Machine['device']
    resumed: Machine | null
    workers: WorkerChoice
    workerHosts: WorkerHost[] | undefined
    deviceChoice: DeviceChoice
  },
): Promise<PrecisionChoice & { stepRunner: TakesSteps }> {
  const { config, device, resumed, workers, workerHosts: hosts = [], deviceChoice } = options
  const fast = device === 'cuda' ? resolvePrecision('auto') : 'fp32'
  const known = knownPrecision({ setting: config.precision, fast, device, resumed })
  const choice = known ?? {
    precision: fast,
    why: desktopText('precision.workers'),
  }
  const stepRunner = await WorkerStepRunner.start({
    ...options,
    config: { ...config, precision: choice.precision },
    plans: workerPlans(workers, { device: deviceChoice, hosts }),
  })
  return { ...choice, stepRunner }
}

/** XLA takes 10 to 30 seconds to compile a step, and on a GPU halves its time. */
const fusedFrom = { steps: 3000, minutes: 2 }

/** Whether this device gains by XLA in a run of this length. Recomputed activations would be merged with the first ones. */
function isFusingWorthwhile({ checkpointing, steps, minutes }: RunConfig): boolean {
  const { fuses = false } = nodeBackend().binding
  const isLong = steps >= fusedFrom.steps && (minutes === 0 || minutes >= fusedFrom.minutes)
  return fuses && isLong && !checkpointing
}
