import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toFlowerbedError } from '#shared/errors.ts'
import { checkedAxes, expandGrid, runCount } from '#shared/setting-grid.ts'
import type { GridAxis } from '#shared/setting-grid.ts'

const axes = fc.uniqueArray(
  fc.record({
    key: fc.constantFrom('hidden', 'klWeight', 'prior', 'flip', 'batch'),
    values: fc.uniqueArray(fc.oneof(fc.integer(), fc.boolean(), fc.string()), { minLength: 1, maxLength: 4 }),
  }),
  { selector: ({ key }) => key, maxLength: 4 },
)

describe('expandGrid', () => {
  it('has each combination once, and each value as often as the others of its axis', () => {
    fc.assert(
      fc.property(axes, fc.integer({ min: 1, max: 5 }), (grid: GridAxis[], seeds) => {
        const points = expandGrid(grid)
        expect(points.length * seeds).toBe(runCount(grid, seeds))
        const id = (point: object) => JSON.stringify(Object.entries(point).sort())
        expect(new Set(points.map(id)).size).toBe(points.length)
        for (const { key, values } of grid) {
          for (const value of values) {
            const having = points.filter((point) => point[key] === value)
            expect(having).toHaveLength(points.length / values.length)
          }
        }
        const keys = grid.map(({ key }) => key).sort()
        for (const point of points) expect(Object.keys(point).sort()).toEqual(keys)
      }),
    )
  })

  it('varies the last axis fastest', () => {
    const grid = [
      { key: 'hidden', values: [8, 16] },
      { key: 'flip', values: [false, true] },
    ]
    expect(expandGrid(grid)).toEqual([
      { hidden: 8, flip: false },
      { hidden: 8, flip: true },
      { hidden: 16, flip: false },
      { hidden: 16, flip: true },
    ])
    expect(expandGrid([])).toEqual([{}])
  })
})

describe('checkedAxes', () => {
  const base = { preset: 'pixel-posterior', changes: { hidden: 8 } }
  const refusal = (...grid: GridAxis[]) => {
    try {
      checkedAxes(grid, base)
    } catch (thrown) {
      return toFlowerbedError(thrown)
    }
    throw new Error('It was accepted.')
  }

  it('reads values as the schema of settings does', () => {
    const grid = [
      { key: 'klWeight', values: ['0.3', '1e0'] },
      { key: 'flip', values: ['yes', 'false'] },
      { key: 'prior', values: ['learned'] },
      { key: 'preset', values: ['pixel-posterior', 'ladder-5-observation-noise'] },
    ]
    expect(checkedAxes(grid, base).map(({ values }) => values)).toEqual([
      [0.3, 1],
      [true, false],
      ['learned'],
      ['pixel-posterior', 'ladder-5-observation-noise'],
    ])
  })

  it.each<[string, GridAxis, RegExp, string | undefined]>([
    ['an unknown key', { key: 'foo', values: ['1'] }, /There is no setting “foo”/, 'foo'],
    ['a bad value', { key: 'batch', values: ['8', '0'] }, /Batch size must be at least 1/, 'batch=0'],
    ['no number', { key: 'klWeight', values: ['lots'] }, /KL weight must be a number/, 'klWeight=lots'],
    ['no member', { key: 'prior', values: ['none'] }, /Prior must be standard or learned/, 'prior=none'],
    ['an unknown preset', { key: 'preset', values: ['best'] }, /no preset “best”/, 'preset'],
    ['an empty value', { key: 'batch', values: ['8', ''] }, /value of “batch” is empty/, 'batch'],
    ['the same twice', { key: 'batch', values: ['8', '8.0'] }, /value 8 of “batch” is given twice/, 'batch'],
    ['the budget', { key: 'minutes', values: ['1'] }, /“minutes” is the same for all runs/, 'minutes'],
    ['the seed', { key: 'seed', values: ['1'] }, /“seed” is the same for all runs/, 'seed'],
    ['what is set for all', { key: 'hidden', values: ['8'] }, /“hidden” is also set/, 'hidden'],
  ])('refuses %s', (_, axis, message, where) => {
    expect(refusal(axis)).toMatchObject({ kind: 'bad-input', where })
    expect(refusal(axis).message).toMatch(message)
  })

  it('refuses a key that is given twice', () => {
    const axis = { key: 'batch', values: ['8'] }
    expect(refusal(axis, axis).message).toMatch(/“batch” is given twice/)
  })
})
