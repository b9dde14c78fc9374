import { readFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import { command } from '../../helpers/command.ts'
import { fakeGpus } from '../../helpers/fake-gpus.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'
import { start } from '../../helpers/process.ts'
import { descendantsOf, isThere } from '../../helpers/processes.ts'

const folder = temporaryFolder('cli-queue-gpus')
const images = join(folder.path, 'Images')
const data = join(folder.path, 'data')
const { env, preload } = fakeGpus(join(folder.path, 'cache'))
const withGpus = { ...env, NODE_OPTIONS: `--require ${preload}` }
const flowerbed = command(data, withGpus)
const small = ['--image-size', '16', '--preset', 'pixel-posterior'].concat(
  ['hidden=8', 'batch=4', 'network=conv', 'sampleEvery=0', 'sampleCount=4', 'precision=fp32'].flatMap(
    (setting) => ['--set', setting],
  ),
)

beforeAll(async () => {
  const file = await plain(20, 20, '#d03030').png().toBuffer()
  writeFiles(images, Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i}.png`, file])))
})
afterAll(() => folder.remove())

async function queue(name: string, steps: number, device = 'auto'): Promise<string> {
  const options = ['--name', name, '--steps', `${steps}`, '--device', device, '--queue', '--json']
  const { code, err, json } = await flowerbed(['train', images, ...small, ...options])
  expect(code, err).toBe(0)
  return String(json['run'])
}

const run = (options: { detached?: boolean } = {}) =>
  start(['queue', 'run', '--json', '--data-dir', data], { env: withGpus, ...options })

/** Status, step and error of a run, and which GPU TensorFlow saw but could not use. */
function ofRun(id: string) {
  const store = openStore(data)
  const { status, step, error, machine } = store.runs.get(id)
  const saved = store.checkpoints.list(store.runs.key(id)).map((checkpoint) => checkpoint.step)
  const isQueued = store.queue.list().some(({ runId }) => runId === id)
  store.close()
  return { status, step, saved, isQueued, error, sees: /Test GPU \w/.exec(JSON.stringify(machine))?.[0] }
}

/** The engine that sees only this GPU, by its environment. */
const engineOf = (pid: number, gpu: number) =>
  descendantsOf(pid).find((child) =>
    readFileSync(`/proc/${child}/environ`, 'utf8').split('\0').includes(`CUDA_VISIBLE_DEVICES=${gpu}`),
  )

const steps = (name: string, gpu: number) => new RegExp(`“${name}” on GPU ${gpu}: step [1-9]\\d* of`)
const forever = 1_000_000

describe.skipIf(process.platform !== 'linux')('queue run with two GPUs (imitated by files of Linux)', () => {
  it('trains a run on each at once, the next on that which is free first, and saves all of them at Ctrl+C', async () => {
    const [a, b, c] = [await queue('a', forever), await queue('b', 3), await queue('c', forever)]
    const { json } = await flowerbed(['queue', 'list', '--json'])
    const [first, second, third] = (json['queue'] as { expectedStart: number }[]).map(
      ({ expectedStart }) => expectedStart,
    )
    expect([second, third! > second!]).toEqual([first, true])
    const { child, says, told, ended } = run()
    await says(steps('a', 0))
    await says(/Training “b” \(\w+\) on GPU 1/)
    await says(steps('c', 1))
    // The processor trains only what names it.
    expect(told()).not.toMatch(/on the processor/)
    expect(ofRun(b)).toMatchObject({ status: 'finished', step: 3, isQueued: false, sees: 'Test GPU B' })
    const engines = descendantsOf(child.pid ?? NaN)
    expect(engines.length).toBe(2)
    for (const pid of engines) process.kill(pid, 'SIGTERM')
    child.kill('SIGTERM')
    const { code, err } = await ended
    expect(code, err).toBe(130)
    expect(err.match(/Resume with: flowerbed queue run/g)).toHaveLength(1)
    for (const [id, name, gpu] of [
      [a, 'a', 0],
      [c, 'c', 1],
    ] as const) {
      const { status, step, saved, isQueued, sees } = ofRun(id)
      expect([status, isQueued, sees]).toEqual(['paused', true, `Test GPU ${'AB'[gpu]}`])
      expect(saved).toContain(step)
      expect(err).toContain(`“${name}” on GPU ${gpu}: Saved at step ${step}.`)
    }
    expect(engines.filter(isThere)).toEqual([])
  }, 240_000)

  it('goes on with the others when the engine of one ends, and all end at Ctrl+C in their terminal', async () => {
    await clear()
    const [lost, on] = [await queue('lost', forever), await queue('on', forever)]
    const last = await queue('last', 2)
    const { child, says, ended } = run({ detached: true })
    const pid = child.pid ?? NaN
    await says(steps('lost', 0))
    await says(steps('on', 1))
    process.kill(engineOf(pid, 0) ?? NaN, 'SIGKILL')
    await says(/“lost” failed: /)
    await says(/Training “last” \(\w+\) on GPU 0/)
    await expect.poll(() => ofRun(last).status, { timeout: 60_000 }).toBe('finished')
    expect(ofRun(lost)).toMatchObject({ status: 'interrupted', isQueued: false, error: { kind: 'crashed' } })
    expect(ofRun(on).status).toBe('training')
    process.kill(-pid, 'SIGINT')
    const { code, err } = await ended
    expect(code, err).toBe(130)
    const { status, step, saved } = ofRun(on)
    expect([status, saved.includes(step)]).toEqual(['paused', true])
  }, 240_000)

  it('says in its answer what ended and what failed', async () => {
    await clear()
    const [missing, there] = [await queue('missing', 3, 'cuda:7'), await queue('there', 2)]
    const { code, out, err } = await run().ended
    expect(code, err).toBe(1)
    expect(err).toMatch(/“missing” failed: .*7/)
    expect(JSON.parse(out)).toMatchObject({ runs: [{ run: there, steps: 2 }], failed: 1 })
    expect([missing, there].map((id) => ofRun(id).status)).toEqual(['failed', 'finished'])
  }, 120_000)

  it('leaves a GPU alone on which another process trains, and waits where it may have any of them', async () => {
    await clear()
    const [named, any] = [await queue('named', 3, 'cuda:0'), await queue('any', 3)]
    await clear()
    const onOne = await trainElsewhere(named)
    const beside = await queue('beside', 2)
    const first = await run().ended
    expect(first.code, first.err).toBe(0)
    expect(first.err).toContain(`Training “beside” (${beside}) on GPU 1`)
    onOne.kill('SIGKILL')

    const onAny = await trainElsewhere(any)
    const later = await queue('later', 2)
    const { says, ended } = run()
    await says(/Another Flowerbed trains; waiting for it to end …/)
    expect(ofRun(later).status).toBe('queued')
    onAny.kill('SIGKILL')
    const { code, err } = await ended
    expect(code, err).toBe(0)
    expect(ofRun(later).status).toBe('finished')
  }, 240_000)
})

/** Another process that trains a run, until it is killed. */
async function trainElsewhere(id: string): Promise<ChildProcess> {
  const file = resolve(import.meta.dirname, '../../helpers/lease-holder.ts')
  const child = spawn(process.execPath, [file, data, id, 'training'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  expect(said.toString()).toBe('held\n')
  return child
}

async function clear(): Promise<void> {
  const store = openStore(data)
  const ids = store.queue.list().map(({ runId }) => runId)
  store.close()
  if (ids.length > 0) await flowerbed(['queue', 'remove', ...ids])
}
