import type { RunConfig } from '#shared/schemas/run-config.ts'
import { shareOfTime } from '#shared/run-limits.ts'
import type { Limits } from '#shared/run-limits.ts'

/**
 * The progress of a run before step `step` (1 is the first update), in steps of its goal: the steps done, or the same
 * share of `steps` as of its minutes where that is more. Without minutes it depends on the step alone, bit for bit.
 */
export function schedulePosition(
  config: Limits,
  { step, trainedSeconds }: { step: number; trainedSeconds: number },
): number {
  return Math.max(step - 1, shareOfTime({ config, trainedSeconds }) * config.steps)
}

/**
 * The learning rate of step `step` (1 is the first update): a linear warm-up, then the schedule. `steps` is the step at
 * which the run ends by steps or epochs, `position` its progress in such steps (`schedulePosition`).
 */
export function learningRateAt(
  config: Pick<RunConfig, 'learningRate' | 'schedule' | 'warmup' | 'steps'>,
  step: number,
  position = step - 1,
): number {
  const { learningRate, schedule, warmup, steps } = config
  const warm = warmup > 0 ? Math.min(1, step / warmup) : 1
  if (schedule === 'constant') return learningRate * warm
  const left = Math.max(1, steps - warmup)
  const done = Math.min(1, Math.max(0, position - warmup) / left)
  return learningRate * warm * 0.5 * (1 + Math.cos(Math.PI * done))
}

/**
 * The learning rate of a step that follows one with the rate `previous`: it rises by no more than a step of the warm-up, so
 * that a run that is extended after its rate has fallen warms up again.
 */
export function limitRise(
  config: Pick<RunConfig, 'learningRate' | 'warmup'>,
  rate: number,
  previous: number | null,
): number {
  if (previous === null || config.warmup === 0) return rate
  return Math.min(rate, previous + config.learningRate / config.warmup)
}

/** Samples look as they did before until the weights have changed as much as by this share of a step at the full rate. */
const visibleChange = 0.5

/**
 * Whether a preview is due after a step: at steps that double, from the first at which the warm-up has let samples
 * change, until the first grid of the interval.
 */
export function isPreviewDue(
  { sampleEvery, warmup }: Pick<RunConfig, 'sampleEvery' | 'warmup'>,
  step: number,
): boolean {
  if (step >= sampleEvery || (step & (step - 1)) !== 0) return false
  const warming = Math.min(step, warmup)
  const fullSteps = step - warming + (warming > 0 ? (warming * (warming + 1)) / 2 / warmup : 0)
  return fullSteps >= visibleChange
}
