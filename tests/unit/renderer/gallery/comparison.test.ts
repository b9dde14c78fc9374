import { expect, it } from 'vitest'
import { samplingOf, selectionOf } from '#shared/schemas/sampling.ts'
import type { SampleRecord } from '#shared/schemas/run.ts'
import { originText } from '#shared/sample-origin.ts'
import { samplingDetails } from '../../../../src-renderer/entities/samples/sample-details.ts'
import { chosenSamples, collectionsOf } from '../../../../src-renderer/pages/gallery/chosen-samples.ts'
import {
  itemsByCheckpoint,
  itemsByEvaluations,
} from '../../../../src-renderer/pages/gallery/compared-items.ts'
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

it('all columns have the label and the guidance that are asked for', () => {
  const shared = { solver: 'heun', guidance: 2, label: 'cat' } as const
  const items = [
    ...itemsByEvaluations({ runId: 'r', checkpoint: 600, shared, counts: [2, 8] }),
    ...itemsByCheckpoint('r', { steps: [600, 300], shared }),
  ]
  expect(items.map(({ checkpoint }) => checkpoint)).toEqual([600, 600, 300, 600])
  for (const { sampling } of items) expect(sampling).toMatchObject(shared)
  const guided = record('a', {
    settings: {
      selection: selectionOf({ count: 3, seed: 1 }),
      // The guide that the engine chose.
      sampling: samplingOf({ ...items[0]!.sampling, guideCheckpoint: 120 }),
      evaluations: 4,
    },
  })
  const seeds = { count: 3, seed: 1 }
  expect(isSameRequest(guided, items[0]!, seeds)).toBe(true)
  const other = { ...items[0]!.sampling, label: 'dog' }
  expect(isSameRequest(guided, { checkpoint: 600, sampling: other }, seeds)).toBe(false)
  expect(samplingDetails(guided)).toContain('label cat · guidance 2.0')
  expect(originText({ record: guided })['Description']).toContain('label cat, guidance 2')
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
