import { expect, it } from 'vitest'
import { defaultGuideStep, guideStepsToKeep } from '#shared/guidance.ts'

it('guides by the oldest checkpoint of at most half the steps', () => {
  expect(defaultGuideStep([800, 100, 500, 400], 1000)).toBe(100)
  expect(defaultGuideStep([500, 800], 1000)).toBe(500)
  expect(defaultGuideStep([501, 800, 1000], 1000)).toBeNull()
  // Random weights know nothing of the images.
  expect(defaultGuideStep([0, 900], 1000)).toBeNull()
  expect(defaultGuideStep([], 1000)).toBeNull()
})

it('keeps at most two checkpoints so that one guides at any later step', () => {
  let kept: number[] = []
  for (let step = 50; step <= 100_000; step += 50) {
    // Pruned at each step, with only the newest beside.
    kept = guideStepsToKeep([...kept, step], step)
    expect(kept.length).toBeLessThanOrEqual(2)
    const guide = defaultGuideStep(kept, step)
    if (step >= 200) expect(guide).toBeGreaterThanOrEqual(step / 8 - 50)
    else expect(guide).toBeNull()
  }
})
