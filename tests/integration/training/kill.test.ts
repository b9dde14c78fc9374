import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { demoImages } from '../../helpers/app.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import '../../helpers/all-threads.ts'

const folder = temporaryFolder('kill')
const main = resolve(import.meta.dirname, '../../../src-main/cli/main.ts')
const kills = Number(process.env['FLOWERBED_TEST_KILLS'] ?? 6)
// A process takes a few more steps before it is killed; after the last kill the run must not be finished.
const steps = 250
const small = ['--image-size', '16', '--batch', '4', '--steps', String(steps), '--device', 'cpu'].concat(
  [
    'hidden=8',
    'sampleSteps=2',
    'sampleCount=1',
    'sampleEvery=7',
    'checkpointEvery=3',
    'flip=true',
    // Compiled soon, with which each process begins. How the default network resumes is in conditions.test.ts.
    'network=conv',
    'precision=fp32',
  ].flatMap((setting) => ['--set', setting]),
)

afterAll(() => folder.remove())

/** Trains in a child process; with `killAt`, kills it once it has written the checkpoint of that step. */
function train(args: string[], data: string, killAt?: number): Promise<{ code: number | null; err: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [main, 'train', ...args, '--data-dir', join(folder.path, data)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let err = ''
    child.stderr.on('data', (chunk: Buffer) => (err = (err + chunk.toString()).slice(-2000)))
    // Polled on disk, since progress is printed every few seconds only.
    const watch = setInterval(() => {
      if (killAt !== undefined && checkpointStep(data) >= killAt) child.kill('SIGKILL')
    }, 10)
    child.on('close', (code) => {
      clearInterval(watch)
      done({ code, err })
    })
  })
}

async function finish(args: string[], data: string): Promise<void> {
  const { code, err } = await train(args, data)
  expect(code, err).toBe(0)
}

/** Path of the run's newest checkpoint; null before there is one. */
function newestCheckpoint(data: string): string | null {
  const runs = join(folder.path, data, 'runs')
  const [run] = existsSync(runs) ? readdirSync(runs) : []
  const checkpoints = join(runs, run ?? '', 'checkpoints')
  if (run === undefined || !existsSync(checkpoints)) return null
  const names = readdirSync(checkpoints).filter((name) => /^step-\d+\.safetensors$/.test(name))
  const last = names.sort().at(-1)
  return last === undefined ? null : join(checkpoints, last)
}

const checkpointStep = (data: string) => Number(/step-(\d+)\./.exec(newestCheckpoint(data) ?? '')?.[1] ?? 0)

/** Hash of the weights, moments and average that a run ended with. */
const lastWeights = (data: string) =>
  createHash('sha256')
    .update(readFileSync(newestCheckpoint(data) ?? ''))
    .digest('hex')

it(`ends in the same bytes whether it was killed ${kills} times or never`, { timeout: 600_000 }, async () => {
  await finish([demoImages, ...small], 'whole')

  // Kill points are spread over the run by a fixed, irregular rule.
  const points = Array.from({ length: kills }, (_, i) =>
    Math.floor(((i + ((i * 37) % 10) / 10) / kills) * 0.6 * steps),
  )
  let killed = 0
  for (const [i, point] of points.entries()) {
    const args = i === 0 ? [demoImages, ...small] : ['--resume', 'latest']
    const { code } = await train(args, 'killed', Math.max(1, point))
    if (code === null) killed++
    else break
  }
  expect(killed).toBe(kills)
  await finish(['--resume', 'latest'], 'killed')
  expect(lastWeights('killed')).toBe(lastWeights('whole'))
})
