import { expect, test } from 'vitest'
import { newRunRecord } from '../../../src-main/runs/new-run.ts'
import { runAppendix, runPage } from '../../../src-main/reports/run-page.ts'
import type { ReportedRun } from '../../../src-main/reports/run-page.ts'
import { spread } from '../../../src-main/reports/sample-images.ts'
import { anEvaluation } from '../../helpers/evaluation.ts'

const dataset = {
  ...{ id: 'd', name: 'Cats <& dogs>', directory: '', count: 10, labels: [], sources: [], problemCount: 0 },
  ...{ shape: { height: 8, width: 8, channels: 3 as const }, bytes: 1, createdAt: 1, note: '', tags: [] },
  ...{ starred: false, excludedCount: 0, replacedBy: null },
}
const record = newRunRecord(
  { datasetId: 'd', preset: 'pixel-posterior', changes: { hidden: 24 }, device: 'cpu', createdAt: 0 },
  dataset,
  'One <run>',
)
const reported: ReportedRun = {
  run: { ...record, status: 'finished', step: 1000, trainedSeconds: 90, note: 'Try <b>this</b>' },
  series: {
    steps: Float64Array.of(1, 2, 3),
    seconds: Float64Array.of(1, 2, 3),
    values: { loss: Float64Array.of(4, 2, 1), kl: Float64Array.of(0.1, 0, -0.1) },
  },
  moments: [
    { kind: 'paused', step: 2, at: 0, text: 'Paused' },
    { kind: 'checkpoint', step: 3, at: 0, text: 'Checkpoint' },
  ],
  evaluation: anEvaluation,
  sheets: [],
}

test('the page holds what is known of a run, with its texts as texts', () => {
  const page = runPage(reported)
  expect(page).toContain('<h1>One &lt;run&gt;</h1>')
  expect(page).toContain('from “Cats &lt;&amp; dogs&gt;”')
  expect(page).toContain('Try &lt;b&gt;this&lt;/b&gt;')
  expect(page).toContain('<b class="deviates">24 channels</b>')
  expect(page.match(/class="deviates"/g)).toHaveLength(1)
  expect(page).toContain('1970-01-01 00:00')
  // Events are lines in the plots, checkpoints are not.
  expect(page).toContain('<title>Step 2: Paused</title>')
  expect(page).not.toContain('<title>Step 3: Checkpoint</title>')
  expect(page).not.toMatch(/<script|src="(?!data:)|href=/)
})

test('a plot has a log scale only where all values are above zero', () => {
  const page = runPage(reported)
  const plot = (name: string) =>
    new RegExp(`<svg [^>]*aria-label="${name} by step[\\s\\S]*?</svg>`).exec(page)?.[0] ?? ''
  expect(plot('Loss')).toContain('>2</text>')
  expect(plot('KL divergence')).toContain('>-0.1')
})

test('measures have error bars of their widths', () => {
  const page = runAppendix(reported)
  // 0.5 ± 0.1 beside 0.25 on an axis from 0 to 0.6, 152 pixels wide.
  const at = (value: number) => (4 + (152 * value) / 0.6).toFixed(1)
  expect(page).toContain(`M${at(0.4)} 8H${at(0.6)}`)
  expect(page).toContain(`<circle cx="${at(0.5)}"`)
  expect(page).toContain('0.50 ± 0.10')
})

test('of many grids the first, the last and those between at even distances are shown', () => {
  const list = Array.from({ length: 101 }, (_, i) => i)
  expect(spread(list, 5)).toEqual([0, 25, 50, 75, 100])
  expect(spread(list, 1)).toEqual([100])
  expect(spread([1, 2], 5)).toEqual([1, 2])
})
