import { describe, expect, it } from 'vitest'
import { presets } from '#shared/presets.ts'
import { defaultLibraryView, libraryViewSchema } from '#shared/schemas/library-view.ts'
import type { Experiment } from '#shared/schemas/experiment.ts'
import type { SortKey } from '#shared/schemas/library-view.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { fittingColumns } from '../../../../src-renderer/pages/library/run-columns.ts'
import { runRows } from '../../../../src-renderer/pages/library/run-rows.ts'
import { filterRuns, showsDataset } from '../../../../src-renderer/pages/library/run-filter.ts'

const run = (id: string, changes: Partial<RunRecord> = {}) =>
  ({
    ...{ id, name: id, note: '', tags: [], starred: false, status: 'finished', preset: 'pixel-posterior' },
    ...{
      config: { ...presets['pixel-posterior'].config, steps: 100 },
      imageCount: 10,
      step: 10,
      trainedSeconds: 1,
    },
    ...{ losses: {}, datasetName: 'Faces', createdAt: 1, experimentId: null },
    ...changes,
  }) as unknown as RunRecord
const numbers = { quality: () => undefined, bytes: ({ id }: RunRecord) => ({ big: 9, small: 1 })[id] }
const ids = (runs: RunRecord[], view: Partial<typeof defaultLibraryView>, found: Set<string> | null = null) =>
  filterRuns(runs, { view: { ...defaultLibraryView, ...view }, found, numbers }).map(({ id }) => id)

describe('the filter', () => {
  const runs = [
    run('a', { starred: true, tags: ['night'], createdAt: 3 }),
    run('b', { status: 'paused', tags: ['night'], createdAt: 2 }),
    run('c', { createdAt: 1 }),
  ]
  it('keeps what passes all of its parts', () => {
    expect(ids(runs, {})).toEqual(['a', 'b', 'c'])
    expect(ids(runs, { tag: 'night' })).toEqual(['a', 'b'])
    expect(ids(runs, { tag: 'night', status: 'paused' })).toEqual(['b'])
    expect(ids(runs, { starred: true })).toEqual(['a'])
    expect(ids(runs, {}, new Set(['c', 'b']))).toEqual(['b', 'c'])
    expect(ids(runs, { starred: true }, new Set(['c']))).toEqual([])
  })
  it('asks of datasets all but the state', () => {
    const dataset = { id: 'd', starred: false, tags: ['night'] }
    const shows = (view: Partial<typeof defaultLibraryView>, found: Set<string> | null = null) =>
      showsDataset(dataset, { ...defaultLibraryView, ...view }, found)
    expect(shows({ status: 'failed', tag: 'night' })).toBe(true)
    expect(shows({ starred: true })).toBe(false)
    expect(shows({ tag: 'day' })).toBe(false)
    expect(shows({}, new Set(['e']))).toBe(false)
  })
})

describe('the order', () => {
  const by = (key: SortKey, descending: boolean) => ({ sort: { by: key, descending } })
  it('takes numbers in names as numbers', () => {
    expect(ids([run('Run 10'), run('Run 9')], by('name', false))).toEqual(['Run 9', 'Run 10'])
  })
  it('puts runs without the number last, whichever way it goes', () => {
    const runs = [run('none'), run('small'), run('big')]
    expect(ids(runs, by('size', true))).toEqual(['big', 'small', 'none'])
    expect(ids(runs, by('size', false))).toEqual(['small', 'big', 'none'])
    const losses = [run('n', { losses: { loss: NaN } }), run('x', { losses: { loss: 2 } })]
    expect(ids(losses, by('loss', false))).toEqual(['x', 'n'])
  })
  it('puts the newest of equal ones first', () => {
    expect(ids([run('old', { createdAt: 1 }), run('new', { createdAt: 2 })], by('state', false))).toEqual([
      'new',
      'old',
    ])
  })
})

describe('the columns', () => {
  it('are those that fit, the important ones first, in the chosen order', () => {
    const chosen = ['progress', 'step', 'loss', 'state'] as const
    expect(fittingColumns(chosen, 1000)).toEqual(chosen)
    expect(fittingColumns(chosen, 164)).toEqual(['loss', 'state'])
    expect(fittingColumns(chosen, 60)).toEqual([])
  })
})

it('a stored view is as it was; what cannot be read of it is as at first', () => {
  const view = { ...defaultLibraryView, tag: 'night', columns: ['loss' as const] }
  expect(libraryViewSchema.parse(JSON.parse(JSON.stringify(view)))).toEqual(view)
  const broken = { ...view, status: 'asleep', sort: { by: 'moon' } }
  expect(libraryViewSchema.parse(broken)).toEqual({ ...view, status: null, sort: defaultLibraryView.sort })
})

describe('the rows', () => {
  const runs = [run('a'), run('b', { experimentId: 'e' }), run('c'), run('d', { experimentId: 'e' })]
  const keys = (open: boolean, experiments = [{ id: 'e' } as Experiment]) =>
    runRows(runs, { experiments, isOpen: () => open, inOrder: (_, own) => own.toReversed() }).map(
      ({ key }) => key,
    )
  it('have the runs of an experiment below it, in its order, where it is unfolded', () => {
    expect(keys(false)).toEqual(['a', 'e', 'c'])
    expect(keys(true)).toEqual(['a', 'e', 'd', 'b', 'c'])
  })
  it('have runs of an experiment that is not known on their own', () => {
    expect(keys(true, [])).toEqual(['a', 'b', 'c', 'd'])
  })
})
