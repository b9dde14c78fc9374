import { setImmediate as nextTurn } from 'node:timers/promises'
import { desktopText } from '#shared/desktop-text.ts'
import type { Precision, RunConfig } from '#shared/schemas/run-config.ts'
import type { MemoryEstimate } from '#shared/engine-messages.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { DeviceChoice, Machine } from '#shared/schemas/run.ts'
import type { WorkerChoice, WorkerHost } from '#shared/workers.ts'
import { loadTensorFlow } from '../backend/load.ts'
import { nodeBackend } from '../backend/tfjs.ts'
import { whileCompiling } from '../backend/xla.ts'
import { resolvePrecision } from '../graph/passes/lower.ts'
import { workerPlans } from '../cluster/worker-plans.ts'
import { cacheDirectory } from '../../tensorflow/layout.ts'
import { deviceSpeed } from './device-speed.ts'
import { knownPrecision, precisionBySpeed, timedPrecision } from './precision-choice.ts'
import type { PrecisionChoice } from './precision-choice.ts'
import { stepCost } from './step-costs.ts'
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
    /** Told what keeps the run waiting before its step is compiled or timed. */
    onWait: (message: string) => void
  },
): Promise<PrecisionChoice & { stepRunner: TakesSteps; fused?: true }> {
  const { config, device, resumed, workers } = options
  const fast = resolvePrecision('auto')
  if (workers) return await createWorkerStepRunner({ ...options, workers })
  const known = knownPrecision({ setting: config.precision, fast, device, resumed })
  // XLA is slow to compile steps in 16 bits, fails on some, and where it did not they took no less time (docs/benchmarks.md).
  if (isFusingWorthwhile(config) && (known?.precision ?? 'fp32') === 'fp32') {
    const choice = known ?? { precision: 'fp32', why: desktopText('precision.fused') }
    const stepRunner = await createFusedStepRunner(options)
    if (stepRunner) return { ...choice, fused: true, stepRunner }
  }
  const choice = known ?? (await choiceBySpeed(options, fast))
  if (choice)
    return {
      ...choice,
      stepRunner: new StepRunner({ ...options, config: { ...config, precision: choice.precision } }),
    }
  return await createTimedStepRunner({ ...options, fast })
}

/** The precision that the speed of the device decides, measured once for all runs; null where steps are to be timed. */
async function choiceBySpeed(
  { config, dataset }: StepRunnerOptions,
  fast: Precision,
): Promise<PrecisionChoice | null> {
  const speed = await deviceSpeed(loadTensorFlow(), cacheDirectory())
  return precisionBySpeed({ fast, speed, cost: stepCost({ config, shape: dataset.index.shape }) })
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

/** XLA takes a minute or so to compile a step, and on a GPU divides its time by four. */
const fusedFrom = { steps: 5000, minutes: 3 }

/** Whether this device gains by XLA in a run of this length. Recomputed activations would be merged with the first ones. */
function isFusingWorthwhile({ checkpointing, steps, minutes }: RunConfig): boolean {
  const { fuses = false } = nodeBackend().binding
  const isLong = steps >= fusedFrom.steps && (minutes === 0 || minutes >= fusedFrom.minutes)
  return fuses && isLong && !checkpointing
}
