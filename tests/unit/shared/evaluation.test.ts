import { expect, it } from 'vitest'
import { estimateText, evaluationFacts } from '#shared/labels/evaluation.ts'
import { evaluationSchema, measureNames } from '#shared/schemas/evaluation.ts'
import { anEvaluation } from '../../helpers/evaluation.ts'

it('writes a value with as many digits as its error gives sense to', () => {
  expect(estimateText({ value: 2.35806, error: 0.1528 })).toBe('2.36 ± 0.15')
  expect(estimateText({ value: -0.0116, error: 0.0187 })).toBe('−0.012 ± 0.019')
  expect(estimateText({ value: 123.4, error: 21 })).toBe('123 ± 21')
  expect(estimateText({ value: 1, error: 0 })).toBe('1.000 ± 0.000')
})

it('has a sentence for each measure, and calls none of them FID', () => {
  const facts = evaluationFacts(anEvaluation)
  expect(facts.map(({ name }) => name)).toEqual([...measureNames])
  for (const { title, help, value, floor } of facts) {
    expect(help).toMatch(/\.$/)
    expect(title).not.toContain('FID')
    expect(`${value} ${floor}`).toMatch(/\d ± \d.* \d.* ± \d/)
  }
  expect(facts.find(({ name }) => name === 'precision')).toMatchObject({
    value: '50.0 ± 10.0 %',
    floor: '25.0 ± 1.0 %',
  })
})

it('refuses an evaluation without one of the measures', () => {
  const { recall, ...rest } = anEvaluation.measures
  expect(recall).toBeDefined()
  expect(evaluationSchema.safeParse({ ...anEvaluation, measures: rest }).success).toBe(false)
  expect(evaluationSchema.safeParse(anEvaluation).success).toBe(true)
})
