// cspell:ignore Basiskanäle Stufe Distanz Startet
import { expect, test } from 'vitest'
import { compareRuns, comparisonCsv } from '#shared/comparison.ts'
import { evaluationFacts } from '#shared/labels/evaluation.ts'
import { rungTitle, settingChanges } from '#shared/ladder.ts'
import { inLanguage } from '#shared/language.ts'
import type { ComparedRun } from '#shared/comparison-columns.ts'
import { anEvaluation } from '../../helpers/evaluation.ts'
import { newRunRecord } from '../../../src-main/runs/new-run.ts'

const dataset = {
  ...{
    id: 'd',
    name: 'Faces',
    directory: '',
    count: 10,
    shape: { height: 8, width: 8, channels: 3 as const },
  },
  ...{ labels: [], sources: [], problemCount: 0, bytes: 1, createdAt: 1, note: '', tags: [], starred: false },
  ...{ excludedCount: 0, replacedBy: null },
}
function run(name: string, changes: Record<string, unknown> = {}, loss?: number): ComparedRun {
  const options = { datasetId: 'd', preset: 'pixel-posterior', changes, device: 'cpu' as const, createdAt: 1 }
  const record = newRunRecord(options, dataset, name)
  return {
    run: { ...record, id: name, ...(loss === undefined ? {} : { losses: { loss } }) },
    evaluation: null,
  }
}
const usual = { columns: null, onlyDiffering: false, sort: null }
const runs = [run('A', {}, 0.5), run('B', { hidden: 48 }, 0.25), run('C', { learningRate: 0.0003 })]
const keys = (columns: { key: string }[]) => columns.map(({ key }) => key)

test('without a choice the settings that differ are shown beside what runs reached', () => {
  const { columns } = compareRuns(runs, usual)
  expect(keys(columns)).toEqual([
    ...['status', 'step', 'time', 'loss.loss'],
    ...['setting.hidden', 'setting.learningRate'],
  ])
  expect(keys(compareRuns(runs, { ...usual, onlyDiffering: true }).columns)).toEqual([
    ...['loss.loss', 'setting.hidden', 'setting.learningRate'],
  ])
})

test('chosen columns are shown, of which only those that differ if that is asked for', () => {
  const chosen = { ...usual, columns: ['setting.seed', 'setting.hidden'] }
  expect(keys(compareRuns(runs, chosen).columns)).toEqual(['setting.seed', 'setting.hidden'])
  expect(keys(compareRuns(runs, { ...chosen, onlyDiffering: true }).columns)).toEqual(['setting.hidden'])
})

test('the value that most runs have is usual, another deviates; of two runs both do', () => {
  const chosen = { ...usual, columns: ['setting.hidden'] }
  const marks = (some: ComparedRun[]) => compareRuns(some, chosen).rows.map(({ cells }) => cells[0]?.deviates)
  expect(marks(runs)).toEqual([false, true, false])
  expect(marks(runs.slice(0, 2))).toEqual([true, true])
  expect(marks([run('A'), run('B')])).toEqual([false, false])
})

test('the best of a column is marked where one direction is better and the runs differ', () => {
  const best = (some: ComparedRun[], key: string) =>
    compareRuns(some, { ...usual, columns: [key] }).rows.map(({ cells }) => cells[0]?.best)
  expect(best(runs, 'loss.loss')).toEqual([false, true, false])
  expect(best([run('A', {}, 1), run('B', {}, 1)], 'loss.loss')).toEqual([false, false])
  expect(best(runs, 'setting.hidden')).toEqual([false, false, false])
})

test('rows are in the order of a column, those without a value last', () => {
  const order = (by: string, descending: boolean) =>
    compareRuns(runs, { ...usual, sort: { by, descending } }).rows.map(({ id }) => id)
  expect(order('loss.loss', false)).toEqual(['B', 'A', 'C'])
  expect(order('loss.loss', true)).toEqual(['A', 'B', 'C'])
  expect(order('no such column', true)).toEqual(['A', 'B', 'C'])
})

test('losses below each other have the same number of digits', () => {
  const { rows } = compareRuns(runs, { ...usual, columns: ['loss.loss'] })
  expect(rows.map(({ cells }) => cells[0]?.text)).toEqual(['0.5000', '0.2500', '–'])
})

test('measures come with their errors', () => {
  const [first, second] = runs as [ComparedRun, ComparedRun]
  const compared = [{ ...first, evaluation: anEvaluation }, second]
  const { rows } = compareRuns(compared, { ...usual, columns: ['measure.kernelDistance'] })
  expect(rows.map(({ cells }) => cells[0]?.text)).toEqual(['0.50 ± 0.10', '–'])
})

test('CSV has the values as they are stored, with units in the heads that do not say them', () => {
  const heads = comparisonCsv(compareRuns(runs, { ...usual, columns: ['speed'] })).split('\r\n')[0]
  expect(heads).toMatch(/^Run,Speed \(.+\),Id$/)
  const csv = comparisonCsv(compareRuns(runs, { ...usual, columns: ['loss.loss', 'setting.hidden'] }))
  expect(csv.split('\r\n')).toEqual([
    'Run,Loss,Base channels,Id',
    `A,0.5,${String(runs[0]?.run.config.hidden)},A`,
    'B,0.25,48,B',
    `C,,${String(runs[2]?.run.config.hidden)},C`,
    '',
  ])
})

test('titles, settings and numbers follow the language', () => {
  inLanguage('de', () => {
    const { columns, rows } = compareRuns(runs, {
      ...usual,
      columns: ['status', 'loss.loss', 'setting.hidden'],
    })
    expect(columns.map(({ title }) => title)).toEqual(['Status', 'Loss', 'Basiskanäle'])
    expect(rows[1]?.cells.map(({ text }) => text)).toEqual(['Startet', '0,2500', '48'])
    const [first] = runs
    if (!first) throw new Error('There is no run.')
    const changes = settingChanges(first.run.config, { ...first.run.config, hidden: 8, prior: 'standard' })
    expect(changes[0]).toMatchObject({ title: 'Basiskanäle' })
    expect(rungTitle('ladder-1-vanilla')).toBe('Stufe 1: Vanilla')
    expect(evaluationFacts(anEvaluation)[0]).toMatchObject({ title: 'Kernel-Distanz' })
  })
  expect(compareRuns(runs, usual).columns[0]?.title).toBe('Status')
})
