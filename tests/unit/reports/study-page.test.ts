import { expect, it } from 'vitest'
import { studyPage } from '../../../src-main/reports/study-page.ts'
import type { RunReport, StudyReport } from '../../../src-main/reports/study-report.ts'

const run = (id: string, changes: Partial<RunReport> = {}): RunReport => ({
  ...{ id, seed: 1, status: 'finished', error: null, steps: 10, seconds: 65, stepsPerSecond: 2 },
  ...{ device: 'A processor', numbers: [], sheet: null },
  curves: { velocity: [{ step: 1, seconds: 1, value: 0.5 }], loss: [{ step: 1, seconds: 1, value: -1 }] },
  ...changes,
})
const setting = (value: string) => [{ key: 'prior', title: 'Prior', value }]
const velocity = (mean: number, standardError: number | null) => ({
  ...{ key: 'velocity', title: 'Velocity loss', better: 'lower' as const, mean, standardError, count: 1 },
})
const report: StudyReport = {
  experiment: { id: 'e', kind: 'study', name: 'Cats <& dogs>', createdAt: 0 },
  dataset: { name: 'Cats', count: 1234, shape: { width: 8, height: 8, channels: 3 } },
  varied: [{ key: 'prior', title: 'Prior' }],
  shared: [{ title: 'Steps', value: '10' }],
  finished: 2,
  total: 3,
  variants: [
    {
      ...{ title: 'Prior A', settings: setting('A'), numbers: [velocity(0.25, 0.0123)] },
      runs: [run('a'), run('b', { seed: 2, status: 'failed', error: 'The loss is <not> a number.' })],
    },
    { title: 'Prior B', settings: setting('B'), numbers: [velocity(0.5, null)], runs: [run('c')] },
  ],
}

it('shows means with errors, the best in bold, failures in words, and samples where there are some', () => {
  const page = studyPage(report, new Map([['c', Buffer.from('png')]]))
  expect(page).toContain('<h1>Cats &lt;&amp; dogs&gt;</h1>')
  expect(page).toContain('1,234 images of 8 × 8 from “Cats”')
  expect(page).toContain('2 of 3 runs finished')
  expect(page).toContain('<td><b>0.2500 <span class="quiet">± 0.012</span></b></td>')
  // A single value has no error.
  expect(page).toContain('<td>0.5000</td>')
  expect(page).toContain('<td>1 of 2</td>')
  expect(page).toContain('failed: The loss is &lt;not&gt; a number.')
  expect(page.match(/<figure>/g)).toHaveLength(1)
  expect(page).toContain(`base64,${Buffer.from('png').toString('base64')}`)
  expect(page.match(/No samples yet/g)).toHaveLength(1)
})

it('has a curve of each run and the mean over its seeds, and none of a loss below zero', () => {
  const page = studyPage(report, new Map())
  const [byStep = ''] = page.split('<h2>Velocity loss').slice(1)
  const titles = [...byStep.matchAll(/<(?:path|circle) [^>]+><title>([^<]+)/g)].map(([, title]) => title)
  expect(titles).toEqual(['Prior A, seed 1', 'Prior A, seed 2', 'Prior A', 'Prior B'])
  expect(page).not.toContain('aria-label="Loss by')
})
