import { closeSync, linkSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { spawn } from 'node:child_process'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import { benchFile, commandFile } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'
import { start } from '../../helpers/process.ts'

const folder = temporaryFolder('cli-interrupt')
const images = join(folder.path, 'Images')
const data = join(folder.path, 'data')
const settings = ['hidden=8', 'sampleSteps=2', 'sampleCount=1'].flatMap((one) => ['--set', one])
const common = ['--image-size', '16', ...settings, '--device', 'cpu', '--data-dir', data]
/** A network that is compiled soon: there are many of these runs. */
const soon = ['network=conv', 'precision=fp32'].flatMap((one) => ['--set', one])
const train = (steps: number) => [
  'train',
  images,
  '--batch',
  '4',
  '--steps',
  String(steps),
  ...soon,
  ...common,
]
/** A run with a checkpoint. */
let trained = ''
const aStep = /step [1-9]\d* of/

beforeAll(async () => {
  const files = await Promise.all(
    ['#d03030', '#30a030', '#3050d0', '#d0c030'].map((colour) => plain(20, 20, colour).png().toBuffer()),
  )
  writeFiles(images, Object.fromEntries(files.map((bytes, i) => [`${i}.png`, bytes])))
  const { code, out } = await start([...train(2), '--json']).ended
  expect(code).toBe(0)
  trained = (JSON.parse(out) as { run: string }).run
})
afterAll(() => folder.remove())

/** The newest run and the steps of its checkpoints. */
function newest() {
  const store = openStore(data)
  const [run] = store.runs.list()
  const { id = '', status, step } = run ?? {}
  const saved = store.checkpoints.list(store.runs.key(id)).map((checkpoint) => checkpoint.step)
  store.close()
  return { status, step, saved }
}

describe('training', () => {
  it('is saved on SIGTERM, as on Ctrl+C', async () => {
    const { child, says, ended } = start(train(1_000_000))
    await says(aStep)
    child.kill('SIGTERM')
    const { code, err } = await ended
    expect(code).toBe(130)
    const step = Number(/Saved at step (\d+)\. Resume with: /.exec(err)?.[1])
    expect(newest()).toEqual({ status: 'paused', step, saved: expect.arrayContaining([step]) as number[] })
  })

  it('is saved on SIGHUP when the terminal is closed already', async () => {
    const { child, says, ended } = start(train(1_000_000))
    await says(aStep)
    child.stdout?.destroy()
    child.stderr?.destroy()
    child.kill('SIGHUP')
    expect(await ended).toMatchObject({ code: 130 })
    const { status, step, saved } = newest()
    expect(status).toBe('paused')
    expect(saved).toContain(step)
  })

  it('continues to its end when stderr is closed', async () => {
    const { child, says, ended } = start(train(8))
    await says(/Training “/)
    child.stderr?.destroy()
    expect(await ended).toMatchObject({ code: 0 })
    expect(newest()).toMatchObject({ status: 'finished', step: 8 })
  })

  it.skipIf(process.platform !== 'linux')('continues after SIGHUP under nohup (needs /proc)', async () => {
    // As nohup leaves a terminal's stdin: it can only be written.
    const stdin = openSync('/dev/null', 'w')
    const { child, told, says, ended } = start(train(1_000_000), { stdio: [stdin, 'pipe', 'pipe'] })
    await says(aStep)
    child.kill('SIGHUP')
    const before = told().length
    await says(new RegExp(`^[^]{${before}}[^]*step \\d+ of`))
    expect(told()).not.toMatch(/Saving/)
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 130, err: expect.stringMatching(/Saved at/) as string })
    closeSync(stdin)
  })

  it('is saved although one Ctrl+C arrives twice, as under npm', async () => {
    const { child, says, ended } = start(train(1_000_000))
    await says(aStep)
    child.kill('SIGINT')
    child.kill('SIGINT')
    const { code, err } = await ended
    expect(err).toMatch(/Saved at step/)
    expect(code).toBe(130)
  })

  it('that has not started says so, and its run does not stay “starting”', async () => {
    const { child, says, ended } = start(train(1_000_000))
    // Loading TensorFlow comes next and blocks the event loop.
    await says(/Training “/)
    child.kill('SIGINT')
    const { code, err } = await ended
    expect(code).toBe(130)
    expect(err).toMatch(/Nothing was trained yet\. Begin with: flowerbed train --resume/)
    expect(err).not.toMatch(/Saved at/)
    expect(newest()).toMatchObject({ status: 'interrupted', step: 0 })
  })
})

it('a second Ctrl+C ends at once and says what is lost', async () => {
  const module = (name: string) =>
    JSON.stringify(pathToFileURL(join(commandFile, '..', 'support', name)).href)
  const script = `
    import { listenForInterrupts, onInterrupt } from ${module('interrupt.ts')}
    listenForInterrupts()
    onInterrupt(() => process.stderr.write('Saving …'), 'nothing since the last checkpoint is saved')
    setInterval(() => {}, 1000)
    process.stderr.write('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let err = ''
  const ended = new Promise((done) => child.on('close', done))
  let pressed = 0
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
    if (pressed === 0 && err.includes('ready')) {
      pressed++
      child.kill('SIGINT')
    } else if (pressed === 1 && err.includes('Saving')) {
      pressed++
      // Repeated signals of shells and service managers do not end it.
      for (const signal of ['SIGHUP', 'SIGTERM', 'SIGINT'] as const) child.kill(signal)
      void delay(1000).then(() => {
        err += ' | '
        child.kill('SIGHUP')
        child.kill('SIGINT')
      })
    }
  })
  expect(await ended).toBe(1)
  expect(err).toMatch(/Saving … \| \nStopped at once; nothing since the last checkpoint is saved\.\n$/)
})

/** Until the command takes signals itself: Node alone catches INT and TERM, but not HUP. */
async function takesSignals(pid: number): Promise<void> {
  const caught = () => /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  while ((BigInt(`0x${caught() ?? '0'}`) & 1n) === 0n) await delay(5)
}

describe.skipIf(process.platform !== 'linux')('the beginning (needs /proc)', () => {
  const out = (name: string) => ['--out', join(folder.path, 'early', name), '--data-dir', data]
  const [a, b] = [join(images, '0.png'), join(images, '1.png')]
  it.each([
    ['sample', () => ['sample', trained, ...out('samples')]],
    ['export', () => ['export', trained, '--format', 'saved-model', ...out('model')]],
    ['encode', () => ['encode', trained, a, ...out('latents.safetensors')]],
    ['interpolate', () => ['interpolate', trained, a, b, ...out('path.png')]],
    ['ladder', () => ['ladder', images, '--steps', '1', ...out('ladder')]],
    ['study', () => ['study', images, '--steps', '1', ...out('study.html')]],
    ['demo', () => ['demo', ...out('demo')]],
    ['train', () => train(1_000_000)],
    ['doctor', () => ['doctor', '--data-dir', data]],
    ['bench', () => ['sample'], benchFile],
    ['the former flowerbed bench', () => ['bench', 'sample']],
  ])('of %s ends at Ctrl+C, and nothing is there of it', async (_, args, file = commandFile) => {
    const { child, ended } = start(args(), { file })
    await takesSignals(child.pid ?? NaN)
    child.kill('SIGINT')
    const { code, err } = await ended
    expect(code, err).toBe(130)
    expect(err).not.toMatch(/\n\s+at /)
    expect(readdirSync(folder.path)).not.toContain('early')
  })
})

describe('what is under way', () => {
  it.each([
    ['the process', false],
    ['all processes of the terminal', true],
  ])('of an import ends at Ctrl+C for %s, with nothing half-written left', async (_, group) => {
    const many = join(folder.path, `many ${group}`)
    const elsewhere = join(folder.path, `elsewhere ${group}`)
    const big = await sharp({
      create: {
        width: 2000,
        height: 1500,
        channels: 3,
        background: '#3050d0',
        noise: { type: 'gaussian', mean: 128, sigma: 30 },
      },
    })
      .jpeg()
      .toBuffer()
    const [first = ''] = writeFiles(many, { 'first.jpg': big })
    // The same bytes again and again: reading them takes long, making them does not.
    for (let i = 0; i < 1500; i++) linkSync(first, join(many, `${i}.jpg`))
    const args = ['train', many, '--image-size', '16', '--data-dir', elsewhere]
    const { child, says, ended } = start(args, { detached: true })
    await says(/images: \d/)
    if (group) process.kill(-(child.pid ?? NaN), 'SIGINT')
    else child.kill('SIGINT')
    const { code, err } = await ended
    expect(code, err).toBe(130)
    expect(err).not.toMatch(/\n\s+at |crash/)
    mkdirSync(join(elsewhere, 'datasets'), { recursive: true })
    expect(readdirSync(join(elsewhere, 'datasets'))).toEqual([])
  })

  it('of sampling ends at Ctrl+C', async () => {
    const out = join(folder.path, 'out')
    const args = ['sample', trained, '--count', '4096', '--steps', '10000', '--data-dir', data, '--out', out]
    const { child, says, ended } = start(args)
    await says(/: \d+ %/)
    child.kill('SIGINT')
    const { code, err } = await ended
    expect(code).toBe(130)
    expect(err).not.toMatch(/\n\s+at /)
  })

  it('of an inversion and of a ladder ends at Ctrl+C', async () => {
    const image = join(images, '0.png')
    const out = join(folder.path, 'latents.safetensors')
    const slow = ['--encoder', 'inversion', '--steps', '10000', '--solver', 'rk4']
    const encode = start(['encode', trained, image, ...slow, '--out', out, '--data-dir', data])
    await encode.says(/: \d+ %/)
    encode.child.kill('SIGTERM')
    expect(await encode.ended).toMatchObject({ code: 130 })
    expect(readdirSync(folder.path)).not.toContain('latents.safetensors')

    const report = join(folder.path, 'report')
    const ladder = start(['ladder', images, '--steps', '1000000', '--out', report, ...common])
    await ladder.says(aStep)
    ladder.child.kill('SIGINT')
    const { code, err } = await ladder.ended
    expect(code).toBe(130)
    expect(err.match(/ …\n/g)).toHaveLength(2)
  })
})
