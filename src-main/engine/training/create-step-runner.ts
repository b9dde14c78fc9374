import { setImmediate as nextTurn } from 'node:timers/promises'
import { desktopText } from '#shared/desktop-text.ts'
import type { Precision, RunConfig } from '#shared/schemas/run-config.ts'
import type { MemoryEstimate } from '#shared/engine-messages.ts'
import type { DeviceSpeed } from '#shared/schemas/automatic.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { DeviceChoice, Machine } from '#shared/schemas/run.ts'
import type { WorkerChoice, WorkerHost } from '#shared/workers.ts'
import { nodeBackend } from '../backend/tfjs.ts'
import { whileCompiling } from '../backend/xla.ts'
import { resolvePrecision } from '../graph/passes/lower.ts'
import { workerPlans } from '../cluster/worker-plans.ts'
import { knownPrecision, precisionBySpeed, timedPrecision } from './precision-choice.ts'
import type { PrecisionChoice } from './precision-choice.ts'
import { stepCost } from './step-costs.ts'
import { initialState } from './step-program.ts'
import { StepRunner } from './step-runner.ts'
import type { StepRunnerOptions, TakesSteps } from './step-runner.ts'
import { WorkerStepRunner } from './worker-step-runner.ts'

/** What the precision of a run is chosen by. */
export interface PrecisionQuestion {
  config: RunConfig
  shape: ImageShape
  device: Machine['device']
  /** The machine of the checkpoint to resume from, where steps were taken before it. */
  resumed: Machine | null
  /** The processes that take the steps together; without, this process takes them. */
  workers: WorkerChoice | undefined
  /** The speed of the device; null where steps are to be timed in any case. */
  measuredSpeed: () => Promise<DeviceSpeed | null>
}

/** The precision of a run where it is known before its step is built; null where steps are to be timed, or XLA may decide. */
export async function untimedPrecision(question: PrecisionQuestion): Promise<PrecisionChoice | null> {
  const { config, device, resumed, workers } = question
  // Where workers on processors are left a choice, nothing is timed and fp32 is taken.
  const fast = workers && device !== 'cuda' ? 'fp32' : resolvePrecision('auto')
  const known = knownPrecision({ setting: config.precision, fast, device, resumed })
  if (known) return known
  if (workers) return { precision: fast, why: desktopText('precision.workers') }
  return isFusingWorthwhile(config) ? null : await choiceBySpeed(question)
}

/**
 * Creates the step runner in the precision that is known, or with `auto` in the faster one, for which steps are timed.
 * It has no valid state yet: timing starts from random weights, which `begin` replaces.
 */
export async function createStepRunner(
  options: StepRunnerOptions &
    PrecisionQuestion & {
      /** The answer of `untimedPrecision`. */
      known: PrecisionChoice | null
      memory: MemoryEstimate
      /** How the workers on other machines are reached, and the device that each machine is to use. */
      workerHosts: WorkerHost[] | undefined
      deviceChoice: DeviceChoice
      now: () => number
      isCancelled: () => boolean
      /** Told what keeps the run waiting before its step is compiled or timed. */
      onWait: (message: string) => void
    },
): Promise<PrecisionChoice & { stepRunner: TakesSteps; fused?: true }> {
  const { config, known, workers } = options
  if (workers && known) return await createWorkerStepRunner({ ...options, known, workers })
  if (isFused(config, known)) {
    const choice = known ?? { precision: 'fp32', why: desktopText('precision.fused') }
    const stepRunner = await createFusedStepRunner(options)
    if (stepRunner) return { ...choice, fused: true, stepRunner }
  }
  const choice = known ?? (await choiceBySpeed(options))
  if (choice)
    return {
      ...choice,
      stepRunner: new StepRunner({ ...options, config: { ...config, precision: choice.precision } }),
    }
  return await createTimedStepRunner({ ...options, fast: resolvePrecision('auto') })
}

/** The precision that the speed of the device decides; null where steps are to be timed. */
async function choiceBySpeed({
  config,
  shape,
  measuredSpeed,
}: PrecisionQuestion): Promise<PrecisionChoice | null> {
  const speed = await measuredSpeed()
  const fast = resolvePrecision('auto')
  return speed && precisionBySpeed({ fast, speed, cost: stepCost({ config, shape }) })
}

/** Compiles the step by XLA, in which it takes one; null where XLA cannot. */
async function createFusedStepRunner(
  options: StepRunnerOptions & { onWait: (message: string) => void },
): Promise<StepRunner | null> {
  const { system, onWait } = options
  const config = { ...options.config, precision: 'fp32' as const }
  const stepRunner = new StepRunner({ ...options, config, fused: true })
  try {
    stepRunner.begin(initialState(system, config))
    onWait(desktopText('waiting.compiles'))
    // The message leaves the process before the call that compiles blocks it.
    await nextTurn()
    await whileCompiling(() => stepRunner.takeStep(1, config))
    if (stepRunner.isFused) return stepRunner
  } catch (thrown) {
    await stepRunner.dispose()
    throw thrown
  }
  await stepRunner.dispose()
  return null
}

/** Times fp32 and 16 bits, and takes the faster. */
async function createTimedStepRunner(
  options: StepRunnerOptions & {
    fast: Precision
    memory: MemoryEstimate
    now: () => number
    isCancelled: () => boolean
    onWait: (message: string) => void
  },
): Promise<PrecisionChoice & { stepRunner: TakesSteps }> {
  const { config, system, dataset, resident, memory, fast, onWait } = options
  onWait(desktopText('waiting.precision', { fast }))
  // The message leaves the process before the calls that build the steps block it.
  await nextTurn()
  const make = (precision: Precision) => {
    const stepRunner = new StepRunner({ ...options, config: { ...config, precision } })
    stepRunner.begin(initialState(system, config))
    return {
      stepRunner,
      takeStep: (step: number) => stepRunner.takeStep(step, config),
      dispose: () => stepRunner.dispose(),
    }
  }
  const bytesEach = memory.neededBytes + resident * imageBytes(dataset.index.shape)
  const together = 2 * bytesEach <= memory.availableBytes
  const { steps, ...choice } = await timedPrecision({ ...options, make, together })
  return { ...choice, stepRunner: steps.stepRunner }
}

async function createWorkerStepRunner(
  options: StepRunnerOptions & {
    known: PrecisionChoice
    workers: WorkerChoice
    workerHosts: WorkerHost[] | undefined
    deviceChoice: DeviceChoice
  },
): Promise<PrecisionChoice & { stepRunner: TakesSteps }> {
  const { config, known, workers, workerHosts: hosts = [], deviceChoice } = options
  const stepRunner = await WorkerStepRunner.start({
    ...options,
    config: { ...config, precision: known.precision },
    plans: workerPlans(workers, { device: deviceChoice, hosts }),
  })
  return { ...known, stepRunner }
}

/**
 * Whether XLA is to compile the step. It is slow to compile steps in 16 bits, fails on some, and where it did not they took
 * no less time (docs/benchmarks.md).
 */
export const isFused = (config: RunConfig, known: PrecisionChoice | null): boolean =>
  isFusingWorthwhile(config) && (known?.precision ?? 'fp32') === 'fp32'

/** XLA takes a minute or so to compile a step, and on a GPU divides its time by four. */
const fusedFrom = { steps: 5000, minutes: 3 }

/** Whether this device gains by XLA in a run of this length. Recomputed activations would be merged with the first ones. */
function isFusingWorthwhile({ checkpointing, steps, minutes }: RunConfig): boolean {
  const { fuses = false } = nodeBackend().binding
  const isLong = steps >= fusedFrom.steps && (minutes === 0 || minutes >= fusedFrom.minutes)
  return fuses && isLong && !checkpointing
}
