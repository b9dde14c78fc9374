import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import { createStudy } from '../../../src-main/runs/study.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { commandsInOneProcess } from '../../helpers/command.ts'
import { anEvaluation } from '../../helpers/evaluation.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { addRun } from '../../helpers/history.ts'

const folder = temporaryFolder('cli-compare')
const data = join(folder.path, 'data')
const commands = commandsInOneProcess(data)
const flowerbed = commands.run
let ids: string[] = []
let study = ''

beforeAll(() => {
  const store = openStore(data)
  ids = ['First', 'Second <&>'].map((name, i) => {
    const id = addRun(store)
    const { config } = store.runs.get(id)
    store.runs.update(id, {
      ...{ name, status: 'finished', step: 4, losses: { loss: 0.5 - i / 4 } },
      config: { ...config, hidden: 32 + i },
    })
    const key = store.runs.key(id)
    const points = [1, 2, 3, 4].map((step) => ({ step, seconds: step, values: { loss: 1 / step - i / 8 } }))
    store.metrics.add(key, points)
    store.events.add(key, { kind: 'paused', step: 2, detail: {} })
    return id
  })
  study = createStudy(
    { store, runService: new RunService(store) },
    {
      ...{ datasetId: 'abc', axes: [{ key: 'hidden', values: ['8', '16'] }], seeds: 1 },
      ...{ preset: 'pixel-posterior', changes: {}, budget: { steps: 7 }, device: 'cpu' },
    },
  ).id
  store.evaluations.add(store.runs.key(ids[0] ?? ''), anEvaluation)
  store.close()
})
afterAll(async () => {
  await commands.end()
  folder.remove()
})

it('runs are compared as a table, as CSV and as JSON', async () => {
  const { code, err, json } = await flowerbed(['compare', ...ids, '--json', '--sort', 'loss.loss'])
  expect(code, err).toBe(0)
  expect(err).toMatch(/Base channels +33 \* +32 \*/)
  expect(json).toMatchObject({
    rows: [
      { run: ids[1], values: { 'loss.loss': 0.25, 'setting.hidden': 33, 'measure.kernelDistance': null } },
      { run: ids[0], values: { 'loss.loss': 0.5, 'setting.hidden': 32, 'measure.kernelDistance': 0.5 } },
    ],
  })
  const csv = await flowerbed(['compare', ...ids, '--csv', '--columns', 'setting.hidden'])
  expect(csv.out.split('\r\n')).toEqual([
    'Run,Base channels,Id',
    `First,32,${ids[0]}`,
    `Second <&>,33,${ids[1]}`,
    '',
  ])
})

it('what cannot be compared is refused', async () => {
  const one = await flowerbed(['compare', ids[0] ?? ''])
  expect(one).toMatchObject({ code: 2, err: expect.stringContaining('Name 2 to 20 runs.') as string })
  const column = await flowerbed(['compare', ...ids, '--sort', 'nonsense'])
  expect(column.err).toContain('There is no column “nonsense”.')
})

it('a run and a comparison are one HTML file each, without scripts or links', async () => {
  const out = join(folder.path, 'made', 'report.html')
  const { code, err, json } = await flowerbed(['report', ids[0] ?? '', '--out', out, '--json'])
  expect(code, err).toBe(0)
  expect(json).toEqual({ report: out, name: 'First' })
  const page = readFileSync(out, 'utf8')
  expect(page).not.toMatch(/<script|<link|https?:\/\/(?!www\.w3\.org\/2000\/svg)/)
  expect(page).toContain('aria-label="Loss by step.')
  expect(page).toContain('<title>Step 2: Paused</title>')
  expect(page).toContain('0.50 ± 0.10')
  // The preset has another number of channels.
  expect(page).toContain('<b class="deviates">32 channels</b>')

  const several = join(folder.path, 'several.html')
  await flowerbed(['report', ...ids, '--out', several])
  const comparison = readFileSync(several, 'utf8')
  expect(comparison).toContain('Second &lt;&amp;&gt;')
  expect(comparison).toContain('<span class="deviates">33</span>')
})

it('an experiment is one HTML file too, with each of its runs', async () => {
  const out = join(folder.path, 'study.html')
  const { code, err } = await flowerbed(['report', study, '--out', out])
  expect(code, err).toBe(0)
  const page = readFileSync(out, 'utf8')
  expect(page).toContain('0 of 2 runs finished.')
  expect(page.match(/<section class="appendix">/g)).toHaveLength(2)
  expect(page).toContain('<b class="deviates">8 channels</b>')
})

it('a report of what is not there writes nothing', async () => {
  const out = join(folder.path, 'none.html')
  const { code, err } = await flowerbed(['report', 'zzz', '--out', out])
  expect(code, err).toBe(2)
  expect(err).toContain('There is no run and no experiment “zzz”.')
  expect(existsSync(out)).toBe(false)
})
