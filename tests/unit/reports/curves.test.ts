import { describe, expect, it } from 'vitest'
import { measureNames } from '#shared/schemas/evaluation.ts'
import type { Evaluation } from '#shared/schemas/evaluation.ts'
import { curveOf, meanCurve } from '../../../src-main/reports/curve.ts'
import { logPlot } from '../../../src-main/reports/log-plot.ts'
import { runNumbers } from '../../../src-main/reports/run-numbers.ts'

const point = (step: number, value: number) => ({ step, seconds: step / 2, value })

describe('curveOf', () => {
  it('averages to a few points and leaves out the steps that lack the metric', () => {
    const steps = Float64Array.from({ length: 1000 }, (_, i) => i + 1)
    const values = { velocity: steps.map((step) => (step % 2 === 0 ? NaN : step)) }
    const curve = curveOf({ steps, seconds: steps.map((step) => step / 10), values }, 'velocity')
    // 500 points in parts of three: 1, 3, 5 and so on.
    expect(curve).toHaveLength(167)
    expect(curve[0]).toEqual({ step: 1, seconds: 0.1, value: 3 })
    expect(curve.at(-1)).toEqual({ step: 997, seconds: 99.7, value: 998 })
    expect(curveOf({ steps, seconds: steps, values }, 'kl')).toEqual([])
  })
})

describe('meanCurve', () => {
  it('averages lines exactly, as far as all of them reach', () => {
    const a = [point(1, 1), point(5, 5)]
    const b = [point(1, 3), point(2, 4), point(3, 5)]
    // x and x + 2, of which one ends at 3.
    expect(meanCurve([a, b], 'step')).toEqual([
      { x: 1, y: 2 },
      { x: 2, y: 3 },
      { x: 3, y: 4 },
    ])
    expect(meanCurve([a, []], 'seconds')).toEqual([
      { x: 0.5, y: 1 },
      { x: 2.5, y: 5 },
    ])
    expect(meanCurve([[point(4, 2)], [point(4, 6)]], 'step')).toEqual([{ x: 4, y: 4 }])
    expect(meanCurve([[]], 'step')).toEqual([])
  })
})

describe('logPlot', () => {
  const line = (title: string, style: number, thin = false) => ({
    ...{ title, style, thin },
    points: [
      { x: 0, y: 1 },
      { x: 10, y: 0.1 },
    ],
  })
  it('names what is not thin in a legend, and gives the sixth style a colour with another dash', () => {
    const plot = { id: 'one', label: 'Loss', axis: 'step' } as const
    const svg = logPlot({ ...plot, lines: [line('A & B', 0), line('seed', 0, true), line('C', 5)] })
    expect([...svg.matchAll(/<text [^>]*>([A-Z&;a-z ]+)<\/text>/g)].map(([, name]) => name)).toEqual([
      'A &amp; B',
      'C',
    ])
    const looks = [
      ...svg.matchAll(
        /style="fill:none;stroke:var\((--c\d)\);stroke-width:(\d)[^"]*?(?:dasharray:([\d ]+))?(?:;opacity:.45)?">/g,
      ),
    ]
    expect(looks.map(([, colour, width, dash]) => [colour, width, dash])).toEqual([
      ['--c0', '2', undefined],
      ['--c0', '1', undefined],
      ['--c0', '2', '7 3'],
    ])
    expect(logPlot({ ...plot, lines: [] })).toContain('No curve was recorded')
  })
})

const compared = { value: 0.5, error: 0.1, floor: { value: 0.02, error: 0.01 } }
const evaluation = {
  ...{ searched: { pixels: 9, features: 9 }, count: 16 },
  measures: Object.fromEntries(measureNames.map((name) => [name, compared])),
  curve: { points: [{ evaluations: 4, kernelDistance: { value: 0.7, error: 0.1 } }] },
} as unknown as Evaluation

describe('runNumbers', () => {
  it('begin with the measures of samples, each with that of real images', () => {
    const none = new Float64Array()
    const series = { steps: none, seconds: none, values: {} }
    const numbers = runNumbers({ series, reconstruction: null, evaluation, isSameObjective: true })
    expect(numbers.map(({ key }) => key)).toEqual([...measureNames, 'kernelDistance4'])
    expect(numbers[0]).toEqual({
      ...{ key: 'kernelDistance', title: 'Kernel distance', value: 0.5, floor: 0.02, better: 'lower' },
    })
    expect(numbers.find(({ key }) => key === 'density')).not.toHaveProperty('better')
    expect(numbers.at(-1)).toMatchObject({ title: 'Kernel distance, 4 evaluations', value: 0.7 })
  })

  it('are final losses, by the last 5 % of the steps or the last validation, and the error of reconstructions', () => {
    const steps = Float64Array.from({ length: 40 }, (_, i) => i + 1)
    const values = {
      velocity: steps.map((step) => (step > 38 ? step : 1000)),
      validationVelocity: steps.map((step) => (step === 20 ? 0.5 : NaN)),
      learningRate: steps,
      activeShare: steps,
    }
    const reconstruction = { error: [0.1, 0.3] } as unknown as Parameters<
      typeof runNumbers
    >[0]['reconstruction']
    const sources = { series: { steps, seconds: steps, values }, reconstruction, evaluation: null }
    const numbers = runNumbers({ ...sources, isSameObjective: true })
    expect(numbers.map(({ key, value, better }) => [key, value, better])).toEqual([
      ['velocity', 39.5, 'lower'],
      ['validationVelocity', 0.5, 'lower'],
      ['reconstruction', 0.2, 'lower'],
    ])
    // Of different objectives no loss is better than another.
    const different = runNumbers({ ...sources, isSameObjective: false })
    expect(different.map(({ better }) => better)).toEqual([undefined, undefined, 'lower'])
  })
})
