import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { createEngine } from '../../../src-main/engine/server.ts'
import {
  agentTarget,
  entriesOf,
  isEvent,
  launchRequest,
  lossesOf,
  shortConfig,
  targetDataset,
} from '../../helpers/agent.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const target = agentTarget('agent-launch')
const here = temporaryFolder('agent-local')
afterAll(() => {
  target.remove()
  here.remove()
})

it('trains apart from the caller, with the losses of a run on this machine, and says each entry once', async () => {
  const request = launchRequest('whole', { config: shortConfig({ sampleEvery: 6 }) })
  const launched = await target.launch(request)
  expect(launched).toMatchObject({ launchId: request.launchId, job: { state: 'running' } })
  const first = await target.follow('whole', { until: (entries) => entries.some(isEvent('started')) })
  const offset = first.flatMap((line) => ('offset' in line ? [line.offset] : [])).at(-1) ?? 0
  const rest = await target.follow('whole', { offset })
  const entries = [...entriesOf(first), ...entriesOf(rest)]
  expect(entries).toEqual(target.journal('whole'))
  expect(entries.at(-1)).toMatchObject({ ended: { outcome: 'finished', step: 12 } })
  expect(rest.at(-1)).toEqual({ alive: true, job: { state: 'ended' } })

  const local: EngineEvent[] = []
  const engine = createEngine({ emit: (event) => local.push(event) })
  await engine.handlers.train({
    ...{ runId: 'local', runDirectory: join(here.path, 'local'), config: request.config, device: 'cpu' },
    datasetDirectory: join(target.path, 'datasets', targetDataset.id),
  })
  await engine.dispose()
  const expected = lossesOf(local.map((event) => ({ at: 0, launchId: '', event })))
  expect(expected).toHaveLength(12)
  expect(lossesOf(entries)).toEqual(expected)

  const status = await target.status('whole')
  expect(status.job).toEqual({ state: 'ended' })
  expect(status.checkpoint).toMatchObject({ step: 12 })
  // A second time it changes nothing.
  expect(await target.launch(request)).toEqual(status)
})

it('trains a run once, however often it is launched at the same time', async () => {
  const [one, other] = [launchRequest('twice'), launchRequest('twice')]
  const answers = await Promise.all([target.launch(one), target.launch(other), target.launch(one)])
  const refused = answers.filter((answer) => 'error' in answer)
  const refusals = refused.map(({ error }) => (error as { kind: string } | undefined)?.kind)
  expect(new Set(refusals)).toEqual(new Set(['conflict']))
  await target.waitFor('twice', 'ended')
  const journal = target.journal('twice')
  expect(new Set(journal.map(({ launchId }) => launchId)).size).toBe(1)
  expect(journal.filter((entry) => 'ended' in entry)).toHaveLength(1)
})

it('says what the target has, and installs nothing that is there', async () => {
  const [report] = (await target.agent(['doctor'])) as [Record<string, unknown>]
  expect(report).toMatchObject({ protocol: 1, tensorflow: expect.stringContaining('2.') as string })
  expect(report['freeDiskBytes']).toBeGreaterThan(0)
  expect(await target.agent(['datasets'])).toEqual([[targetDataset.id]])
  const [installed] = (await target.agent(['install-runtime', '--variant', 'cpu'])) as [
    Record<string, unknown>,
  ]
  expect(installed).toMatchObject({
    runtime: { installed: expect.arrayContaining([expect.objectContaining({ variant: 'cpu' })]) as object[] },
  })
})

it('refuses another protocol, images that are not there, and what it does not know', async () => {
  const refusal = async (args: string[], input?: unknown) => {
    const [answer] = (await target.agent(args, { input })) as [{ error: { kind: string; message: string } }]
    return answer.error
  }
  expect(await refusal(['launch'], { protocol: 0, anything: 'else' })).toMatchObject({
    kind: 'conflict',
    message: 'The Flowerbed on the target speaks version 1 of the protocol, this one version 0.',
  })
  expect(await refusal(['launch'], launchRequest('none', { datasetId: 'none' }))).toMatchObject({
    kind: 'not-found',
  })
  expect(await refusal(['launch'], launchRequest('../out'))).toMatchObject({ kind: 'bad-input' })
  expect(await refusal(['dance'])).toMatchObject({ kind: 'bad-input' })
  expect(await refusal(['follow', 'whole', '--offset', '3'])).toMatchObject({ kind: 'corrupt' })
  expect((await target.status('none')).job).toEqual({ state: 'absent' })
})
