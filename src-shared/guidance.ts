/**
 * The step of the checkpoint that guides samples of step `at` unless another is asked for: of those of at most half the
 * steps, the oldest; null where there is none. Random weights do not guide.
 */
export function defaultGuideStep(steps: readonly number[], at: number): number | null {
  const weaker = steps.filter((step) => step > 0 && step <= at / 2)
  return weaker.length > 0 ? Math.min(...weaker) : null
}

/** Weights of fewer steps know too little of the images to be worth the disk. */
const fewestGuideSteps = 100
const growth = 4

/**
 * The steps of the checkpoints to keep so that samples can be guided at step `at` and later: of each span in which the
 * step grows fourfold the first, from the last of at most half of `at` on. One or two of any number.
 */
export function guideStepsToKeep(steps: readonly number[], at: number): number[] {
  const spanOf = (step: number) => Math.floor(Math.log(step / fewestGuideSteps) / Math.log(growth) + 1e-9)
  const firsts = new Map<number, number>()
  for (const step of steps.filter((one) => one >= fewestGuideSteps && one <= at).sort((a, b) => a - b))
    if (!firsts.has(spanOf(step))) firsts.set(spanOf(step), step)
  const kept = [...firsts.values()]
  const guide = kept.filter((step) => step <= at / 2).at(-1) ?? 0
  return kept.filter((step) => step >= guide)
}
