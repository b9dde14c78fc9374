import { expect, it } from 'vitest'
import { samplingOf } from '#shared/schemas/sampling.ts'
import { inversionOf, inversionWork } from '../../../../src-main/engine/sampling/inversion.ts'

it('integrates backwards more exactly than images are generated, with the same weights', () => {
  const asked = samplingOf({ weights: 'raw' })
  expect(inversionOf(asked)).toMatchObject({ solver: 'heun', timeGrid: 'uniform', weights: 'raw' })
  expect(inversionWork(asked)).toBeGreaterThanOrEqual(4 * asked.steps)
})

it('as asked for where that takes as many evaluations, or chooses its steps itself', () => {
  const many = samplingOf({ solver: 'rk4', steps: 50 })
  expect(inversionOf(many)).toEqual(many)
  expect(inversionWork(many)).toBe(200)
  expect(inversionOf(samplingOf({ solver: 'rk4', steps: 5 })).solver).toBe('heun')
  const adaptive = samplingOf({ solver: 'dopri5', steps: 1 })
  expect(inversionOf(adaptive)).toEqual(adaptive)
})
