import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { agentTarget, entriesOf, isEvent, launchRequest, lossesOf, shortConfig } from '../../helpers/agent.ts'

const target = agentTarget('agent-resume')
/** Its numbers do not depend on how many steps there are; it never ends by itself. */
const config = shortConfig({ schedule: 'constant', steps: 1_000_000, checkpointEvery: 20 })

const folderOf = (runId: string) => join(target.path, 'runs', runId)
const checkpointsOf = (runId: string) =>
  readdirSync(join(folderOf(runId), 'checkpoints')).filter((name) => name.endsWith('.safetensors'))
const hashOf = (runId: string, file: string) =>
  createHash('sha256')
    .update(readFileSync(join(folderOf(runId), 'checkpoints', file)))
    .digest('hex')

afterAll(() => target.remove())

it('goes on after a kill with the same numbers, from the newest checkpoint that can be read', async () => {
  const { job } = await target.launch(launchRequest('killed', { config }))
  const isCheckpoint = isEvent('checkpoint')
  await target.follow('killed', { until: (entries) => entries.filter(isCheckpoint).length > 2 })
  process.kill((job as { pid: number }).pid, 'SIGKILL')
  const lost = await target.waitFor('killed', 'lost')
  expect(lost.job).toMatchObject({ reason: expect.stringMatching(/killed/) as string })
  expect(checkpointsOf('killed').length).toBeLessThanOrEqual(5)

  // What a crash in the middle of a write leaves.
  writeFileSync(join(folderOf('killed'), 'journal.jsonl'), '{"at":1,"launchId":"lau', { flag: 'a' })
  const { journalBytes, checkpoint } = await target.status('killed')
  expect(await target.follow('killed', { offset: journalBytes })).toEqual([{ alive: true, job: lost.job }])
  expect(await target.control('killed', { kind: 'pause' })).toMatchObject({ job: lost.job })

  const { file, step } = checkpoint ?? { file: '', step: 0 }
  writeFileSync(join(folderOf('killed'), 'checkpoints', file), 'damaged')
  const longer = { ...config, steps: step + 20 }
  await target.launch(launchRequest('killed', { config: longer }))
  const entries = entriesOf(await target.follow('killed', { offset: journalBytes }))
  expect(entries.some(isEvent('warning'))).toBe(true)
  expect(entries.at(-1)).toMatchObject({ ended: { outcome: 'finished', step: step + 20 } })
  expect(target.journal('killed').slice(-entries.length)).toEqual(entries)

  await target.launch(launchRequest('whole', { config: longer }))
  const whole = lossesOf(entriesOf(await target.follow('whole')))
  expect(whole.map(([at]) => at)).toEqual(Array.from({ length: step + 20 }, (_, i) => i + 1))
  expect(whole.slice(-lossesOf(entries).length)).toEqual(lossesOf(entries))
  const last = (await target.status('whole')).checkpoint?.file ?? ''
  expect(hashOf('killed', last)).toBe(hashOf('whole', last))
  expect(checkpointsOf('whole').length).toBeLessThanOrEqual(4)
})

it('pauses, resumes from the checkpoint that is named, trains longer, and stops', async () => {
  await target.launch(launchRequest('handled', { config }))
  await target.follow('handled', { until: (entries) => entries.some(isEvent('checkpoint')) })
  await target.control('handled', { kind: 'pause' })
  const paused = entriesOf(await target.follow('handled')).at(-1)
  expect(paused).toMatchObject({ ended: { outcome: 'paused' } })
  const { checkpoint } = await target.status('handled')
  expect(checkpoint?.step).toBe(paused && 'ended' in paused ? paused.ended.step : -1)
  // Nothing trains it: nothing is left for a later launch.
  expect((await target.control('handled', { kind: 'stop', save: false })).job).toEqual({ state: 'ended' })
  expect(readdirSync(join(folderOf('handled'), 'control'))).toEqual([])

  const first = checkpointsOf('handled')[0] ?? ''
  const [at] = /(?<=step-0*)[1-9]\d*/.exec(first) ?? []
  const { sha256 } = JSON.parse(
    readFileSync(join(folderOf('handled'), 'checkpoints', first.replace('.safetensors', '.json')), 'utf8'),
  ) as { sha256: string }
  const offset = paused ? (await target.status('handled')).journalBytes : 0
  await target.launch(launchRequest('handled', { config, resume: { file: first, sha256 } }))
  const others = { epochs: 0, minutes: 0, learningRate: 1e-4, sampleEvery: 0 }
  await target.control('handled', { kind: 'extend', limits: { steps: 2_000_000, ...others } })
  await target.control('handled', { kind: 'stop', save: true })
  const entries = entriesOf(await target.follow('handled', { offset }))
  const started = entries.find(isEvent('started'))
  expect(started).toMatchObject({ event: { step: Number(at) } })
  expect(entries.at(-1)).toMatchObject({ ended: { outcome: 'stopped' } })
  const request = JSON.parse(readFileSync(join(folderOf('handled'), 'request.json'), 'utf8')) as {
    config: { steps: number }
    resume?: unknown
  }
  expect(request.config.steps).toBe(2_000_000)
  expect(request.resume).toBeUndefined()
  expect(checkpointsOf('handled').at(-1)).toBe((await target.status('handled')).checkpoint?.file)

  expect((await target.status('handled', ['remove', 'handled'])).job).toEqual({ state: 'absent' })
})

it('is paused with a checkpoint by a signal, and may not be removed while it trains', async () => {
  const { job } = await target.launch(launchRequest('signal', { config }))
  const [refusal] = (await target.agent(['remove', 'signal'])) as [{ error: { kind: string } }]
  expect(refusal.error.kind).toBe('conflict')
  await target.follow('signal', { until: (entries) => entries.some(isEvent('metrics')) })
  process.kill((job as { pid: number }).pid, 'SIGTERM')
  const entries = entriesOf(await target.follow('signal'))
  expect(entries.at(-1)).toMatchObject({ ended: { outcome: 'paused' } })
  expect((await target.status('signal')).checkpoint).not.toBeNull()
})
