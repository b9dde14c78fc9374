import { expect, it } from 'vitest'
import { samplingOf } from '#shared/schemas/sampling.ts'
import { inversionOf, inversionWork, refiningRounds } from '../../../../src-main/engine/sampling/inversion.ts'

it('integrates backwards more exactly than images are generated, with the same weights', () => {
  const asked = samplingOf({ weights: 'raw', steps: 8 })
  expect(inversionOf(asked)).toMatchObject({ solver: 'heun', timeGrid: 'uniform', weights: 'raw' })
  expect(inversionWork(inversionOf(asked))).toBeGreaterThanOrEqual(3 * asked.steps)
})

it('as asked for where that takes many evaluations, or chooses its steps itself', () => {
  const many = samplingOf({ solver: 'rk4', steps: 50 })
  expect(inversionOf(many)).toEqual(many)
  expect(inversionOf(samplingOf({ solver: 'rk4', steps: 5 })).solver).toBe('heun')
  const adaptive = samplingOf({ solver: 'dopri5', steps: 1 })
  expect(inversionOf(adaptive)).toEqual(adaptive)
})

it('refines in fewer rounds where each takes more evaluations, and counts them as work', () => {
  const rounds = [6, 8, 24, 96, 400].map((steps) => refiningRounds(samplingOf({ steps })))
  expect(rounds).toEqual([8, 8, 4, 1, 1])
  // 12 steps of Heun, then one decoding before each round and after the last.
  expect(inversionWork(samplingOf({ steps: 8 }))).toBe(24 + 9 * 8)
  expect(inversionWork(samplingOf({ solver: 'rk4', steps: 50 }))).toBe(200 + 2 * 200)
})
