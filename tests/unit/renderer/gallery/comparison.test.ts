import { expect, it } from 'vitest'
import { samplingOf, selectionOf } from '#shared/schemas/sampling.ts'
import type { SampleRecord } from '#shared/schemas/run.ts'
import { chosenSamples, collectionsOf } from '../../../../src-renderer/pages/gallery/chosen-samples.ts'
import { countsIn, stepsOfCounts } from '../../../../src-renderer/pages/gallery/evaluation-counts.ts'
import { clampView, home, zoomAt } from '../../../../src-renderer/pages/gallery/pan-zoom.ts'
import { isSameRequest } from '../../../../src-renderer/pages/gallery/use-comparison.ts'

const record = (id: string, changes: Partial<SampleRecord> = {}): SampleRecord => ({
  ...{ id, runId: 'r', step: 600, kind: 'extra', file: `${id}.png`, count: 3, columns: 2, seed: 1 },
  ...{ shape: { height: 8, width: 8, channels: 3 }, solver: 'dpm2m', solverSteps: 8, createdAt: 1 },
  settings: {
    selection: selectionOf({ count: 3, seed: 1 }),
    sampling: samplingOf({ steps: 8 }),
    evaluations: 8,
  },
  ...changes,
})
const mark = (sample: string, image: number, changes = {}) => ({
  ...{ sample, image, starred: false, hidden: false, collections: [] as string[], ...changes },
})

it('numbers of evaluations are read from a text', () => {
  expect(countsIn('2, 4 8;12,50')).toEqual([2, 4, 8, 12, 50])
  expect(countsIn('4, 4')).toEqual([4])
  for (const wrong of ['', '0', '2.5', 'many', '1,2,3,4,5,6,7', '5000']) expect(countsIn(wrong)).toBeNull()
  // Two and one evaluations are the same step of Heun.
  expect(stepsOfCounts('heun', [1, 2, 8])).toEqual([1, 4])
})

it('a sheet serves again only for the very same request', () => {
  const item = { checkpoint: 600, sampling: { steps: 8 } }
  const seeds = { count: 3, seed: 1 }
  expect(isSameRequest(record('a'), item, seeds)).toBe(true)
  expect(isSameRequest(record('a'), { ...item, checkpoint: 650 }, seeds)).toBe(false)
  expect(isSameRequest(record('a'), { ...item, sampling: { steps: 12 } }, seeds)).toBe(false)
  expect(isSameRequest(record('a'), item, { count: 3, seed: 2 })).toBe(false)
  expect(isSameRequest(record('a', { settings: null }), item, seeds)).toBe(false)
  expect(isSameRequest(record('a', { kind: 'grid' }), item, seeds)).toBe(false)
})

it('hidden samples are left out, and starred ones and collections listed', () => {
  const records = [record('a'), record('b', { count: 1 })]
  const marks = new Map([
    ['a0', mark('a', 0, { hidden: true })],
    ['a1', mark('a', 1, { starred: true, collections: ['faces'] })],
    ['x0', mark('x', 0, { collections: ['of another run'] })],
  ])
  const markOf = ({ id }: SampleRecord, index: number) => marks.get(`${id}${index}`) ?? mark(id, index)
  const list = (which: 'shown' | 'starred' | 'hidden', collection = '') =>
    chosenSamples(records, { filter: { which, collection }, markOf }).map(
      (one) => `${one.record.id}${one.index}`,
    )
  expect(list('shown')).toEqual(['b0', 'a1', 'a2'])
  expect(list('starred')).toEqual(['a1'])
  expect(list('hidden')).toEqual(['a0'])
  expect(list('shown', 'faces')).toEqual(['a1'])
  expect(collectionsOf(marks.values(), records)).toEqual(['faces'])
})

it('zooming keeps the point under the mouse, and the image over the pane', () => {
  const view = zoomAt(home, { by: 2, x: 0.25, y: -0.25 })
  expect(view).toEqual({ zoom: 2, x: -0.25, y: 0.25 })
  expect(clampView({ zoom: 2, x: 3, y: 0 })).toEqual({ zoom: 2, x: 0.5, y: 0 })
  expect(zoomAt(view, { by: 0.1, x: 0, y: 0 }).zoom).toBe(1)
})
