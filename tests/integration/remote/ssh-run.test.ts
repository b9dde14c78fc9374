import '../../helpers/all-threads.ts'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../helpers/folder.ts'
import { remoteDesk, timesRecorded, trainHere } from '../../helpers/remote-desk.ts'
import type { RemoteDesk } from '../../helpers/remote-desk.ts'
import { failNetwork } from '../../helpers/outages.ts'
import { hasSshd, sshServer } from '../../helpers/ssh-server.ts'
import type { SshServer } from '../../helpers/ssh-server.ts'
import { endTraining, targetFolder } from '../../helpers/ssh-target.ts'
import type { TargetFolder } from '../../helpers/ssh-target.ts'

/** How often the network is cut in one run, and where the random numbers of the moments begin; see docs/reliability.md. */
const cuts = Number(process.env['FLOWERBED_TEST_CUTS'] ?? 2)
const firstSeed = Number(process.env['FLOWERBED_TEST_SEED'] ?? 1)
const steps = 120
const follower = resolve(import.meta.dirname, '../../fixtures/remote-follower.ts')

describe.skipIf(!hasSshd)('a run on a machine reached by OpenSSH', () => {
  let server: SshServer
  let there: TargetFolder
  let here: ReturnType<typeof temporaryFolder>
  let desk: RemoteDesk
  /** The same run trained in this process. */
  let expected: ReturnType<RemoteDesk['results']>

  beforeAll(async () => {
    server = await sshServer()
    vi.stubEnv('FLOWERBED_SSH_CONFIG', server.env['FLOWERBED_SSH_CONFIG'])
    const folder = temporaryFolder('local')
    const local = remoteDesk(folder.path)
    local.addTarget({ kind: 'ssh', name: 'unused', host: 'target', folder: folder.path })
    expected = await trainHere(local, steps)
    await local.close()
    folder.remove()
    expect(expected).toMatchObject({ status: 'finished', step: steps })
    expect(expected.checkpoints).toHaveLength(3)
    expect(expected.samples.length).toBeGreaterThanOrEqual(6)
  })
  beforeEach(async () => {
    there = await targetFolder()
    here = temporaryFolder('here')
    desk = remoteDesk(here.path)
    desk.addTarget({ kind: 'ssh', name: 'mars', host: 'target', folder: there.path })
  })
  afterEach(async () => {
    await desk.close()
    there.remove()
    here.remove()
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await server.stop()
  })

  const journal = (id: string) => {
    const path = join(there.run(id), 'journal.jsonl')
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }

  it(
    `the network is cut ${cuts} times: nothing is lost or doubled, all is as if trained here`,
    { timeout: 120_000 + cuts * 60_000 },
    async () => {
      // Less than what a run sends in all, so that all cuts come about.
      const outages = failNetwork(server.network, {
        times: cuts,
        seed: firstSeed,
        mostBytes: 400_000 / cuts,
        recorded: () => timesRecorded(desk.events).size,
      })
      const { id } = desk.create(steps, 'mars')
      await desk.runs.start(desk.store.runs.get(id))
      await desk.runs.settled(id)
      // The run may end before the last of many.
      expect(outages.end()).toBeGreaterThanOrEqual(Math.ceil(0.7 * cuts))
      expect(desk.results(id)).toEqual(expected)
      expect([...timesRecorded(desk.events)]).toEqual(expected.steps.map((step) => [step, 1]))
      expect(desk.events.filter(({ type }) => type === 'sample')).toHaveLength(expected.samples.length)
      expect(desk.events.filter(({ type }) => type === 'started')).toHaveLength(1)
      expect(desk.notices).toEqual([])
    },
  )

  it('the process that follows is killed, and the next one goes on where it was', async () => {
    const { id } = desk.create(steps, 'mars')
    desk.runService.dispose()
    const child = fork(follower, [here.path, id, String(steps / 4)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // What it leaves behind is deleted with the folder.
      env: { ...process.env, TMPDIR: here.path },
    })
    const recorded: number[] = []
    child.on('message', (step: number) => {
      recorded.push(step)
    })
    const [, signal] = (await once(child, 'close')) as [number | null, string | null]
    expect(signal).toBe('SIGKILL')
    expect(recorded.length).toBeGreaterThan(0)
    await vi.waitFor(async () => expect(await desk.runs.attach(id)).toBe(true), 20_000)
    await desk.runs.settled(id)
    expect(desk.results(id)).toEqual(expected)
    const again = [...timesRecorded(desk.events)]
    // What was told before the kill was stored before, so that it does not come again.
    for (const [step, times] of again)
      expect([step, times, recorded.includes(step)]).toEqual([step, 1, false])
  })

  it('the target restarts: the run resumes from its last checkpoint with the same weights', async () => {
    const { id } = desk.create(steps, 'mars')
    await desk.runs.start(desk.store.runs.get(id))
    // Not before the checkpoint is in the journal there; whether it is here by then does not matter.
    await vi.waitFor(() => expect(journal(id)).toContain('"type":"checkpoint"'), {
      ...{ timeout: 120_000, interval: 2 },
    })
    endTraining(there.job(id))
    asOfAnotherBoot(join(there.run(id), 'job.json'))
    await desk.runs.settled(id)
    expect(desk.results(id)).toEqual(expected)
    const kinds = desk.store.events.list(desk.store.runs.key(id)).map(({ kind }) => kind)
    expect(kinds).toEqual(['started', 'ended', 'resumed', 'ended'])
    expect(desk.notices.map(({ level }) => level)).toEqual(['warning'])
    expect(desk.notices[0]?.message).toMatch(/was lost on /)
  })
})

/** Writes the record of a process as one of before the machine's last start. */
function asOfAnotherBoot(path: string): void {
  const job = JSON.parse(readFileSync(path, 'utf8')) as { process: { startedAt: string } }
  job.process.startedAt = job.process.startedAt.replace(/_[\da-f]+_/, '_00000000_')
  writeFileSync(path, JSON.stringify(job))
}
