import { expect, it } from 'vitest'
import { defaultGuideStep } from '#shared/guidance.ts'

it('guides by the oldest checkpoint of at most half the steps', () => {
  expect(defaultGuideStep([800, 100, 500, 400], 1000)).toBe(100)
  expect(defaultGuideStep([500, 800], 1000)).toBe(500)
  expect(defaultGuideStep([501, 800, 1000], 1000)).toBeNull()
  // Random weights know nothing of the images.
  expect(defaultGuideStep([0, 900], 1000)).toBeNull()
  expect(defaultGuideStep([], 1000)).toBeNull()
})
