import { chosenSettings, choosesByTime, withChosen } from '#shared/automatic-settings.ts'
import type { RunImages } from '#shared/automatic-settings.ts'
import { widths } from '#shared/budget-settings.ts'
import type { EngineRequests } from '#shared/engine-messages.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import { resolveConfig } from '#shared/presets.ts'
import type { AutomaticChoice, DeviceSpeed } from '#shared/schemas/automatic.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { Precision } from '#shared/schemas/run-config.ts'
import type { DeviceChoice, RunRecord } from '#shared/schemas/run.ts'
import { costOfBatch, stepSeconds } from '#shared/step-cost.ts'
import type { KnownSpeed, StepCost } from '#shared/step-cost.ts'
import { isSameGroup } from '#shared/workers.ts'
import type { WorkerChoice } from '#shared/workers.ts'
import { createLogger } from '../log.ts'
import { tellsSpeed } from './expected-time.ts'

const log = createLogger('plan')

/** A run that is to be made. */
export interface PlannedRun {
  preset: string
  /** Settings that differ from the preset's. */
  changes: Record<string, unknown>
  images: RunImages & { shape: ImageShape }
  device: DeviceChoice
  /** The processes that train it together; null for the engine alone. */
  workers: WorkerChoice | null
  /** The target that trains it, whose speed is not known here; null for this computer. */
  target: string | null
}

type AskCosts = (
  request: EngineRequests['stepCosts'][0],
) => Promise<EngineRequests['stepCosts'][1]> | EngineRequests['stepCosts'][1]

/** Runs whose speed corrects the measured one, and by how much at most. */
const mostCorrecting = 5
const correctionAtMost = 10

/**
 * What the preset of a run chooses by its images, the time given and the speed of the device, and how long a step takes. The
 * same for the same speed: a run records it. Without TensorFlow, or where workers train it whose speed no earlier run tells, by the images alone.
 * @param earlier runs of this machine, newest first
 * @throws FlowerbedError `bad-input` for settings that do not hold
 */
export async function planRun(
  run: PlannedRun,
  { ask, earlier }: { ask: AskCosts; earlier: readonly RunRecord[] },
): Promise<AutomaticChoice> {
  const { preset, changes, images, device, workers, target } = run
  const byImages = chosenSettings(preset, changes, { images, budget: null })
  const config = resolveConfig(preset, withChosen(changes, byImages))
  const unknown = { settings: byImages, speed: null, secondsPerStep: null }
  if (target !== null) return unknown
  const varies = choosesByTime(preset) && config.minutes > 0 && config.network === 'resunet'
  const wanted = varies ? widths.map((hidden) => ({ ...config, hidden })) : []
  const like = earlier.filter((one) => isLike(one) && (isOfCores(workers) || one.deviceChoice === device))
  const trainedBy = (group: WorkerChoice | null) =>
    like.filter((one) => isSameGroup(one.workers, group)).slice(0, mostCorrecting)
  const correcting = trainedBy(workers)
  const alone = isOfCores(workers) ? trainedBy(null) : []
  const steps = [
    ...[config, ...wanted].map((one) => ({ config: one, shape: images.shape })),
    ...[...correcting, ...alone].map((one) => ({ config: one.config, shape: one.shape })),
  ]
  let answer
  try {
    answer = await ask({ steps, device: isOfCores(workers) ? 'cpu' : device })
  } catch (thrown) {
    log.info(`A run is planned without the speed of the device: ${toFlowerbedError(thrown).message}`)
    return unknown
  }
  const measured = answer.speed
  const [own, ...others] = answer.costs as [StepCost, ...StepCost[]]
  const correctionOf = (runs: readonly RunRecord[], from: number) =>
    correctionBy(runs, { costs: others.slice(wanted.length + from), measured })
  const correction = correctionOf(correcting, 0)
  if (workers && correction === null) {
    if (!isOfCores(workers)) return unknown
    const known = {
      measured: inFullPrecision(measured, config),
      correction: correctionOf(alone, correcting.length) ?? 1,
    }
    return { ...unknown, secondsPerStep: stepSeconds(own, known) }
  }
  const speed = { measured, correction: correction ?? 1 }
  const costs = wanted.map(({ hidden }, i) => ({ hidden, cost: others[i] as StepCost }))
  const budget = varies ? { seconds: 60 * config.minutes, widths: costs, config, speed } : null
  const settings = chosenSettings(preset, changes, { images, budget })
  const chosen = resolveConfig(preset, withChosen(changes, settings))
  const cost = costs.find(({ hidden }) => hidden === chosen.hidden)?.cost ?? own
  const secondsPerStep = stepSeconds(costOfBatch(cost, chosen.batch / config.batch), speed)
  return { settings, speed, secondsPerStep }
}

/** Whether a run tells how the speed of real steps differs from the measured one. */
const isLike = (one: RunRecord): boolean =>
  one.target === null && one.config.network === 'resunet' && tellsSpeed(one)

/** Whether workers share the cores of this computer, and so together are as fast as one process but for what they exchange. */
const isOfCores = (workers: WorkerChoice | null): boolean => workers !== null && 'processes' in workers

/** The speed in which workers of the processor compute where the precision is left open. */
function inFullPrecision(speed: DeviceSpeed, { precision }: { precision: 'auto' | Precision }): DeviceSpeed {
  const isFull = precision === 'auto' || precision === 'fp32'
  return { ...speed, flopsPerSecond: speed.flopsPerSecond * (isFull ? Math.min(1, speed.fastShare ?? 1) : 1) }
}

/** How many times as long as by the measured speed the steps of real runs took, by their median; null without any. */
function correctionBy(
  runs: readonly RunRecord[],
  { costs, measured }: { costs: readonly StepCost[]; measured: KnownSpeed['measured'] },
): number | null {
  const ratios = runs
    .filter(({ machine, workers }) => {
      // Workers compute on the processor also where the engine has a GPU.
      const devices = [machine?.deviceName, ...(workers ? [machine?.cpu] : [])]
      return devices.includes(measured.device)
    })
    .map(
      (run) =>
        run.trainedSeconds /
        run.step /
        stepSeconds(costs[runs.indexOf(run)] as StepCost, { measured, correction: 1 }),
    )
    .sort((a, b) => a - b)
  const median = ratios[Math.floor(ratios.length / 2)]
  return median === undefined ? null : Math.min(correctionAtMost, Math.max(1 / correctionAtMost, median))
}
