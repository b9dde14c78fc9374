import type { AutomaticSetting } from '#shared/schemas/automatic.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { costOfBatch, stepSeconds } from '#shared/step-cost.ts'
import type { KnownSpeed, StepCost } from '#shared/step-cost.ts'

/** The time a run has, and what its steps would cost at each width. */
export interface TimeBudget {
  seconds: number
  /** Of a step with the batch of `config`, from the narrowest to the widest. */
  widths: { hidden: number; cost: StepCost }[]
  config: Pick<RunConfig, 'hidden' | 'batch' | 'learningRate'>
  speed: KnownSpeed
}

/** The base channels that are chosen from, and how many steps the time must hold for each (docs/model.md, width by budget). */
export const stepsWanted: Readonly<Record<number, number>> = { 16: 0, 32: 3000, 64: 8000, 96: 20_000 }
export const widths: readonly number[] = Object.keys(stepsWanted).map(Number)

/** With more steps than these the batch is doubled, up to so many images. */
const stepsAtMost = 30_000
const batchAtMost = 256

/**
 * What is chosen by the time: the widest network of which the time holds enough steps, and, where it holds more than enough
 * of the widest, larger batches with a learning rate that grows by the root of their size.
 */
export function chosenByTime({ seconds, widths: costs, config, speed }: TimeBudget): AutomaticSetting[] {
  const stepsOf = (cost: StepCost) => seconds / stepSeconds(cost, speed)
  const enough = costs.filter(({ hidden, cost }) => stepsOf(cost) >= (stepsWanted[hidden] ?? Infinity))
  const chosen = enough.at(-1) ?? costs[0]
  if (!chosen) return []
  const width: AutomaticSetting = { key: 'hidden', value: chosen.hidden, because: 'time' }
  let times = 1
  while (config.batch * times * 2 <= batchAtMost && stepsOf(costOfBatch(chosen.cost, times)) > stepsAtMost)
    times *= 2
  if (times === 1) return [width]
  const learningRate = Number((config.learningRate * Math.sqrt(times)).toPrecision(2))
  return [
    width,
    { key: 'batch', value: config.batch * times, because: 'manySteps' },
    { key: 'learningRate', value: learningRate, because: 'largeBatch' },
  ]
}
