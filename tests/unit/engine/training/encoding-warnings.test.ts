import { expect, it } from 'vitest'
import type { EncodingStatistics } from '../../../../src-main/engine/model/flow/encoding-statistics.ts'
import { encodingWarnings } from '../../../../src-main/engine/training/encoding-warnings.ts'

const healthy: EncodingStatistics = {
  mean: { average: 0, spread: 0.5 },
  std: { average: 0.8, low: 0.5, high: 1 },
  kl: 0.2,
  activeDimensions: 700,
  dimensions: 784,
  aggregateGap: 0.05,
}
const collapsed = { ...healthy, kl: 0.001, activeDimensions: 3 }

it('there is none for informative encodings that match the prior', () => {
  expect(encodingWarnings(healthy, 1000)).toEqual([])
})

it('there is one for a posterior collapse, naming the setting to change', () => {
  const [warning, ...rest] = encodingWarnings(collapsed, 200)
  expect(warning).toMatch(/collapsed.*Lower.*klWeight/)
  expect(rest).toEqual([])
})

it('there is one for encodings that do not match the prior', () => {
  expect(encodingWarnings({ ...healthy, aggregateGap: 0.6 }, 1000)).toEqual([
    expect.stringMatching(/moved away from the prior.*Raise.*klWeight/),
  ])
})

it('there is none at the start of a run', () => {
  expect(encodingWarnings(collapsed, 199)).toEqual([])
})
