import { chosenSettings, choosesByTime, withChosen } from '#shared/automatic-settings.ts'
import type { RunImages } from '#shared/automatic-settings.ts'
import { widths } from '#shared/budget-settings.ts'
import type { EngineRequests } from '#shared/engine-messages.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import { resolveConfig } from '#shared/presets.ts'
import type { AutomaticChoice } from '#shared/schemas/automatic.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { DeviceChoice, RunRecord } from '#shared/schemas/run.ts'
import { costOfBatch, stepSeconds } from '#shared/step-cost.ts'
import type { KnownSpeed, StepCost } from '#shared/step-cost.ts'
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
  /** Whether this device alone trains it: else its speed tells nothing. */
  alone: boolean
}

type AskCosts = (
  request: EngineRequests['stepCosts'][0],
) => Promise<EngineRequests['stepCosts'][1]> | EngineRequests['stepCosts'][1]

/** Runs whose speed corrects the measured one, and by how much at most. */
const mostCorrecting = 5
const correctionAtMost = 10

/**
 * What the preset of a run chooses by its images, the time given and the speed of the device, and how long a step takes. The
 * same for the same speed: a run records it. Without TensorFlow, by the images alone.
 * @param earlier runs of this machine, newest first
 * @throws FlowerbedError `bad-input` for settings that do not hold
 */
export async function planRun(
  run: PlannedRun,
  { ask, earlier }: { ask: AskCosts; earlier: readonly RunRecord[] },
): Promise<AutomaticChoice> {
  const { preset, changes, images, device, alone } = run
  const byImages = chosenSettings(preset, changes, { images, budget: null })
  const config = resolveConfig(preset, withChosen(changes, byImages))
  const unknown = { settings: byImages, speed: null, secondsPerStep: null }
  if (!alone) return unknown
  const varies = choosesByTime(preset) && config.minutes > 0 && config.network === 'resunet'
  const wanted = varies ? widths.map((hidden) => ({ ...config, hidden })) : []
  const correcting = earlier.filter((one) => isLike(one, run)).slice(0, mostCorrecting)
  const steps = [
    ...[config, ...wanted].map((one) => ({ config: one, shape: images.shape })),
    ...correcting.map((one) => ({ config: one.config, shape: one.shape })),
  ]
  let answer
  try {
    answer = await ask({ steps, device })
  } catch (thrown) {
    log.info(`A run is planned without the speed of the device: ${toFlowerbedError(thrown).message}`)
    return unknown
  }
  const [own, ...others] = answer.costs as [StepCost, ...StepCost[]]
  const correction = correctionBy(correcting, { costs: others.slice(wanted.length), measured: answer.speed })
  const speed = { measured: answer.speed, correction }
  const costs = wanted.map(({ hidden }, i) => ({ hidden, cost: others[i] as StepCost }))
  const budget = varies ? { seconds: 60 * config.minutes, widths: costs, config, speed } : null
  const settings = chosenSettings(preset, changes, { images, budget })
  const chosen = resolveConfig(preset, withChosen(changes, settings))
  const cost = costs.find(({ hidden }) => hidden === chosen.hidden)?.cost ?? own
  const secondsPerStep = stepSeconds(costOfBatch(cost, chosen.batch / config.batch), speed)
  return { settings, speed, secondsPerStep }
}

/** Whether a run tells how the speed of real steps differs from the measured one. */
const isLike = (one: RunRecord, { device }: PlannedRun): boolean =>
  one.target === null &&
  one.workers === null &&
  one.deviceChoice === device &&
  one.config.network === 'resunet' &&
  tellsSpeed(one)

/** How many times as long as by the measured speed the steps of real runs took, by their median; 1 without any. */
function correctionBy(
  runs: readonly RunRecord[],
  { costs, measured }: { costs: readonly StepCost[]; measured: KnownSpeed['measured'] },
): number {
  const ratios = runs
    .filter(({ machine }) => machine?.deviceName === measured.device)
    .map(
      (run) =>
        run.trainedSeconds /
        run.step /
        stepSeconds(costs[runs.indexOf(run)] as StepCost, { measured, correction: 1 }),
    )
    .sort((a, b) => a - b)
  const median = ratios[Math.floor(ratios.length / 2)] ?? 1
  return Math.min(correctionAtMost, Math.max(1 / correctionAtMost, median))
}
