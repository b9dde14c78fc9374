import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, utimesSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { removeAbandonedLogs, removeAbandonedPacks } from '../../../src-main/datasets/abandoned.ts'
import { processTag, thisProcess } from '../../../src-main/files/process-identity.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { importInto, withImporter } from '../../helpers/importer.ts'
import { plain, writeFiles } from '../../helpers/images.ts'

const folder = temporaryFolder('abandoned')
const images = join(folder.path, 'images')
const datasets = join(folder.path, 'datasets')
const temporary = join(folder.path, 'tmp')

beforeAll(async () => {
  mkdirSync(temporary)
  mkdirSync(datasets)
  // Where the system's temporary folder is: `os.tmpdir()` goes by one or the other.
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, temporary)
  const image = await plain(32, 32, '#20a040').png().toBuffer()
  writeFiles(images, Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`${i}.png`, image])))
})
afterAll(() => {
  vi.unstubAllEnvs()
  folder.remove()
})

/** A process that packs and is killed in the midst of it, with what it had begun left behind. */
async function killedWhilePacking(): Promise<void> {
  const client = resolve(import.meta.dirname, '../../../src-main/processes/importer.ts')
  const script = `
    const { forkImporter } = await import(${JSON.stringify(client)})
    const importer = forkImporter({
      onEvent: ({ progress }) => {
        if (progress.phase === 'packing' && progress.done > 0) process.kill(process.pid, 'SIGKILL')
      },
      onStart: (pid) => process.stdout.write(pid + '\\n'),
    })
    const { scan, suggested } = await importer.request('scan', { job: 's', paths: [${JSON.stringify(images)}] })
    const datasetsDirectory = ${JSON.stringify(datasets)}
    await importer.request('pack', { job: 'p', scan, options: suggested, datasetsDirectory })`
  const [file = ''] = writeFiles(folder.path, { 'killed.mjs': script })
  const child = spawn(process.execPath, [file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()))
  await new Promise((done) => child.on('close', done))
  await vi.waitUntil(() => !existsSync(`/proc/${told.trim()}`), { timeout: 60_000 })
}

it.skipIf(process.platform !== 'linux')(
  'what a killed import has left goes with the next one, and what others still use stays',
  async () => {
    await killedWhilePacking()
    expect(readdirSync(temporary).filter((name) => name.startsWith('flowerbed-importer-'))).toHaveLength(1)
    expect(readdirSync(datasets)).toEqual([expect.stringMatching(/^\.packing-/)])
    const [left = ''] = readdirSync(temporary)
    await withImporter(async () => {
      const own = readdirSync(temporary).filter((name) => name !== left)
      const made = await importInto(datasets, { folder: images })
      await vi.waitUntil(() => !existsSync(join(temporary, left)), { timeout: 60_000 })
      expect(readdirSync(datasets)).toEqual([made.id])
      expect(readdirSync(temporary)).toEqual(own)
    })
  },
)

it('only what is certainly abandoned is removed', async () => {
  const made = (parent: string, name: string, daysOld = 0) => {
    const path = join(parent, name)
    mkdirSync(path)
    const then = Date.now() / 1000 - daysOld * 24 * 3600
    utimesSync(path, then, then)
    return path
  }
  const here = thisProcess()
  const another = { ...here, startedAt: (here.startedAt ?? '').replace(/^\d+/, '1') }
  const elsewhere = { ...here, startedAt: null, host: 'another machine' }
  const kept = [
    made(datasets, `.packing-${processTag()}-0a`, 40),
    made(datasets, `.packing-${processTag(elsewhere)}-0b`),
    made(datasets, `.packing-${process.pid}-01234567-0123-4567-89ab-0123456789ab`),
    made(datasets, 'mine', 400),
    made(temporary, `flowerbed-importer-${processTag()}-abcdef`, 40),
    made(temporary, 'flowerbed-importer-Xy12Zz'),
    made(temporary, 'somebody-elses', 400),
  ]
  const gone = [
    ...(here.startedAt === null ? [] : [made(datasets, `.packing-${processTag(another)}-0c`)]),
    made(datasets, `.packing-${processTag(elsewhere)}-0d`, 40),
    made(datasets, '.packing-999999999-01234567-0123-4567-89ab-0123456789ab'),
    made(temporary, 'flowerbed-importer-Ab34Cc', 40),
  ]
  await removeAbandonedPacks(datasets)
  await removeAbandonedLogs()
  for (const path of kept) expect(existsSync(path), path).toBe(true)
  for (const path of gone) expect(existsSync(path), path).toBe(false)
  await removeAbandonedPacks(join(folder.path, 'nowhere'))
})
