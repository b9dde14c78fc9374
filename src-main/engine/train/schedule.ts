import type { RunConfig } from '#contract/config.ts'

/** The learning rate of step `step` (1 is the first update): a warm-up, then as the schedule says. */
export function learningRateAt(
  config: Pick<RunConfig, 'learningRate' | 'schedule' | 'warmup' | 'steps'>,
  step: number,
): number {
  const { learningRate, schedule, warmup, steps } = config
  const warm = warmup > 0 ? Math.min(1, step / warmup) : 1
  if (schedule === 'constant') return learningRate * warm
  const left = Math.max(1, steps - warmup)
  const done = Math.min(1, Math.max(0, step - 1 - warmup) / left)
  return learningRate * warm * 0.5 * (1 + Math.cos(Math.PI * done))
}
