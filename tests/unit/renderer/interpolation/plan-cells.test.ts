import { describe, expect, it } from 'vitest'
import { planOfGrid, planOfPath } from '../../../../src-renderer/pages/interpolation/plan-cells.ts'

const image = (index: number) => ({ kind: 'dataset' as const, index })
const indices = ({ placed }: ReturnType<typeof planOfPath>) =>
  [...placed].map(([cell, end]) => [cell, end.kind === 'dataset' && end.index])

describe('what is shown before there is a result', () => {
  it('has a row from each image of a path to the next, and from the last to the first in a loop', () => {
    const images = [image(7), image(8), image(9)]
    const open = planOfPath(images, { closed: false })
    expect(open).toMatchObject({ columns: 5, rows: 2 })
    expect(indices(open)).toEqual([
      [0, 7],
      [4, 8],
      [5, 8],
      [9, 9],
    ])
    const loop = planOfPath(images, { closed: true })
    expect(loop.rows).toBe(3)
    expect(indices(loop).slice(-2)).toEqual([
      [10, 9],
      [14, 7],
    ])
    expect(planOfPath([], { closed: false })).toEqual({ columns: 5, rows: 1, placed: new Map() })
  })
  it('has the corners of a grid in its corners, and none where it is computed', () => {
    const plan = planOfGrid([image(1), image(2), image(3), null], 4)
    expect(plan).toMatchObject({ columns: 4, rows: 4 })
    expect(indices(plan)).toEqual([
      [0, 1],
      [3, 2],
      [12, 3],
    ])
  })
})
