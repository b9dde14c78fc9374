/**
 * The step of the checkpoint that guides samples of step `at` unless another is asked for: of those of at most half the
 * steps, the oldest; null where there is none. Random weights do not guide.
 */
export function defaultGuideStep(steps: readonly number[], at: number): number | null {
  const weaker = steps.filter((step) => step > 0 && step <= at / 2)
  return weaker.length > 0 ? Math.min(...weaker) : null
}
