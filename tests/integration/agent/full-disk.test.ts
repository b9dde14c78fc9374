import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { Journal } from '../../../src-main/agent/journal.ts'
import { agentTarget, entriesOf, isEvent, launchRequest, lossesOf, shortConfig } from '../../helpers/agent.ts'
import { smallDisk } from '../../helpers/small-disk.ts'

/** Room for a checkpoint as the engine counts it. */
const disk = smallDisk(48_000)
afterAll(() => disk?.remove())

it.skipIf(!disk)('takes back a line without room, says so, and writes it when there is room', async () => {
  const path = join(disk?.path ?? '', 'journal.jsonl')
  const errors: string[] = []
  const onError = ({ kind }: { kind: string }) => errors.push(kind)
  const journal = await Journal.open(path, { launchId: 'launch', onError })
  const warn = (message: string) => journal.append({ event: { type: 'warning', runId: 'run', message } })
  warn('before')
  await journal.flush()
  disk?.fill()
  const long = 'x'.repeat(10_000)
  warn(long)
  await expect(journal.flush()).rejects.toMatchObject({ kind: 'no-space' })
  warn('after')
  await expect(journal.retry()).rejects.toMatchObject({ kind: 'no-space' })
  const linesOf = () => readFileSync(path, 'utf8').split('\n')
  expect(linesOf()).toHaveLength(2)
  rmSync(join(disk?.path ?? '', 'filling'))
  await journal.retry()
  await journal.close()
  const found = linesOf().slice(0, -1)
  expect(found.map((line) => (JSON.parse(line) as { event: { message: string } }).event.message)).toEqual([
    'before',
    long,
    'after',
  ])
  expect(errors).toEqual(['no-space', 'no-space'])
})

it.skipIf(!disk)(
  'ends training when the disk is full, says why, and resumes when there is room',
  async () => {
    const path = disk?.path ?? ''
    const target = agentTarget('agent-full-disk', { path })
    try {
      const config = shortConfig({ steps: 1_000_000, checkpointEvery: 50 })
      await target.launch(launchRequest('full', { config }))
      await target.follow('full', { until: (entries) => entries.some(isEvent('checkpoint')) })
      expect(existsSync(join(path, 'runs', 'full', 'reserve'))).toBe(true)
      disk?.fill()
      const first = entriesOf(await target.follow('full'))
      expect(first.at(-1)).toMatchObject({
        failed: { kind: 'no-space', message: expect.any(String) as string },
      })
      expect(await target.status('full')).toMatchObject({ job: { state: 'ended' } })
      // It cannot begin either, and says so at once.
      disk?.fill()
      const [refused] = (await target.agent(['launch'], { input: launchRequest('full', { config }) })) as [
        { error: { kind: string } },
      ]
      expect(refused.error.kind).toBe('no-space')

      rmSync(join(path, 'filling'))
      const offset = (await target.status('full')).journalBytes
      await target.launch(launchRequest('full', { config }))
      await target.control('full', { kind: 'pause' })
      const entries = entriesOf(await target.follow('full', { offset }))
      expect(entries.at(-1)).toMatchObject({ ended: { outcome: 'paused' } })
      const known = new Map(lossesOf(first))
      const again = lossesOf(entries).filter(([step]) => known.has(step))
      for (const [step, loss] of again) expect(loss).toBe(known.get(step))
    } finally {
      target.remove()
    }
  },
)
