import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const root = resolve(import.meta.dirname, '../../..')
const folder = temporaryFolder('start')
const data = join(folder.path, 'data')
afterAll(() => folder.remove())

/** Otherwise `npm start` would install the packages again during other tests. */
function isSetUp(): boolean {
  const stamp = join(root, 'node_modules', '.flowerbed-setup')
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lock
}

/** `npm start -- OPTIONS` on a machine without a display; stopped by a signal once it has told enough. */
function npmStart(options: string[], enough?: RegExp) {
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs'), ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder.path,
    env: {
      ...process.env,
      ...{ DISPLAY: '', WAYLAND_DISPLAY: '', INIT_CWD: folder.path, FLOWERBED_DATA_DIR: data },
    },
  })
  let out = ''
  let err = ''
  let stopped = false
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
    if (!stopped && enough?.test(err)) stopped = child.kill('SIGTERM')
  })
  return new Promise<{ code: number | null; out: string; err: string }>((done) => {
    child.on('close', (code) => done({ code, out, err }))
  })
}

const quick = ['--steps', '2', '--image-size', '8']

it.skipIf(!isSetUp() || process.platform !== 'linux')(
  'npm start without a display says at once how to shorten the demo, and takes its options (needs the set-up, Linux)',
  async () => {
    const { code, out, err } = await npmStart([...quick, '--out', 'mine', '--json'])
    expect(err).toMatch(/npm start -- --minutes 1[^]*▸ Packages/)
    expect(err).toContain('at 8 × 8')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      steps: 2,
      gallery: join(folder.path, 'mine', 'images', 'sheet.png'),
    })
    expect(readdirSync(join(folder.path, 'mine')).sort()).toEqual(['images', 'interpolation.png'])
  },
)

it.skipIf(!isSetUp() || process.platform !== 'linux')(
  'npm start waits for the demo to write a checkpoint when it is told to end (needs the set-up, Linux)',
  async () => {
    const { code, err } = await npmStart(['--image-size', '8', '--out', 'mine'], /step [1-9]\d* of/)
    expect(err).toMatch(/Saved at step/)
    expect(code).toBe(130)
    const store = openStore(data)
    expect(store.runs.list()[0]).toMatchObject({ status: 'paused' })
    store.close()
  },
)
