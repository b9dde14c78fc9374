import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { EngineWithHosts } from '../../../src-main/remote/engine-with-hosts.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { remoteDesk } from '../../helpers/remote-desk.ts'

const folder = temporaryFolder('engine-with-hosts')
const desk = remoteDesk(join(folder.path, 'here'))
desk.addTarget({ kind: 'ssh', name: 'mars', host: 'mars', folder: '/nowhere' })
const engine = { train: vi.fn(), pause: vi.fn(), stop: vi.fn() }
const prepared = new EngineWithHosts({ engine, store: desk.store, onInstall: () => undefined })

afterEach(() => {
  vi.unstubAllEnvs()
  vi.clearAllMocks()
})
afterAll(async () => {
  await desk.close()
  folder.remove()
})

/** A run with a worker on mars, to which ssh does what a script does. */
function runOver(ssh: string): string {
  const path = join(folder.path, 'ssh')
  // No connection is open that could be shared.
  writeFileSync(path, `#!/bin/sh\ncase "$*" in *"-O check"* | *"-O exit"*) exit 1 ;; esac\n${ssh}\n`, {
    mode: 0o755,
  })
  vi.stubEnv('FLOWERBED_SSH', path)
  return desk.runService.create({
    ...{ datasetId: 'halves', preset: 'pixel-posterior', changes: {}, device: 'cpu', target: null },
    workers: { hosts: ['local', 'mars'] },
  }).id
}

it('a pause or a stop while a machine is prepared ends the run before the engine is asked', async () => {
  for (const [end, status] of [
    [(id: string) => prepared.pause(id), 'paused'],
    [(id: string) => prepared.stop(id, true), 'stopped'],
  ] as const) {
    const id = runOver('exec sleep 60')
    const training = desk.runService.train(id, prepared)
    await end(id)
    expect(await training).toMatchObject({ status, step: 0 })
    expect(engine.train).not.toHaveBeenCalled()
  }
})

it('a machine that is not reached is said', async () => {
  const id = runOver('echo "ssh: connect to host mars port 22: Connection refused" >&2; exit 255')
  await expect(desk.runService.train(id, prepared)).rejects.toThrow('mars')
  expect(desk.store.runs.get(id)).toMatchObject({ status: 'failed', error: { kind: 'unavailable' } })
  expect(engine.train).not.toHaveBeenCalled()
})

it('once it trains the engine is asked to pause and to stop', async () => {
  await prepared.pause('another')
  await prepared.stop('another', false)
  expect(engine.pause).toHaveBeenCalledWith('another')
  expect(engine.stop).toHaveBeenCalledWith('another', false)
})
