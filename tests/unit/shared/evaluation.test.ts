import { expect, it } from 'vitest'
import {
  enoughEvaluations,
  estimateText,
  evaluationFacts,
  extraFacts,
  frameRatio,
} from '#shared/labels/evaluation.ts'
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

it('finds the fewest evaluations within 10 % of the best, or within its error', () => {
  const curveOf = (values: [number, number, number?][]) => ({
    ...{ solver: 'euler', count: 20 },
    points: values.map(([evaluations, value, error = 0]) => ({
      evaluations,
      kernelDistance: { value, error },
    })),
  })
  const values: [number, number][] = [
    [1, 9],
    [4, 1.3],
    [8, 1.09],
    [50, 1],
  ]
  expect(enoughEvaluations(curveOf(values))).toBe(8)
  expect(enoughEvaluations(curveOf([...values, [16, 0.9, 0.5]]))).toBe(4)
  expect(
    enoughEvaluations(
      curveOf([
        [8, 0.01],
        [16, -0.01],
      ]),
    ),
  ).toBe(16)
  expect(enoughEvaluations(curveOf([]))).toBeNull()
})

it('has a sentence for each number of few evaluations and interpolations, none where they were not measured', () => {
  const facts = extraFacts(anEvaluation)
  expect(facts.map(({ name }) => name)).toEqual([
    ...['enoughEvaluations', 'straightness', 'evenness', 'evennessByParameter', 'endError'],
    ...['middleKernelDistance', 'middleFrechetDistance'],
  ])
  for (const { help } of facts) expect(help).toMatch(/\.$/)
  const valueOf = (wanted: string) => facts.find(({ name }) => name === wanted)?.value
  expect(valueOf('evenness')).toBe('1.20 (worst 2.00)')
  expect(valueOf('endError')).toBe('1.0 % (worst 2.5 %)')
  expect(valueOf('middleFrechetDistance')).toBe('2.00 ± 0.10 (samples: 1.00 ± 0.10; ratio 2.00)')
  expect(frameRatio({ frames: { value: 1, error: 0 }, samples: { value: -0.1, error: 0 } })).toBeNull()
  expect(extraFacts({ ...anEvaluation, curve: null, straightness: null, interpolation: null })).toEqual([])
})

it('reads an evaluation of an earlier version', () => {
  const { straightness, interpolation, ...earlier } = anEvaluation
  expect(straightness && interpolation).toBeTruthy()
  expect(evaluationSchema.parse(earlier)).toMatchObject({ straightness: null, interpolation: null })
})
