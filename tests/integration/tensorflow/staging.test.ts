import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { installRuntime } from '../../../src-main/tensorflow/install.ts'
import { stagingFolder } from '../../../src-main/tensorflow/staging.ts'
import {
  bindingPath,
  downloadsDirectory,
  platformName,
  runtimeDirectory,
  runtimesDirectory,
} from '../../../src-main/tensorflow/layout.ts'
import { pinnedRuntimes } from '../../../src-main/tensorflow/manifest.ts'
import { withLock } from '../../../src-main/files/lock.ts'
import { processTag, thisProcess } from '../../../src-main/files/process-identity.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

test('what an install or a removal that was killed left behind is gone with the next install, and nothing else', async () => {
  const folder = temporaryFolder('staging')
  const runtimes = runtimesDirectory(folder.path)
  const dead = spawnSync(process.execPath, ['--version']).pid
  const tag = processTag({ ...thisProcess(), pid: dead })
  const stay = [
    // As earlier versions named them.
    `.installing-${process.pid}-abc`,
    '.linking-abc123',
    `.installing-${processTag()}-abc123`,
    '2.21.0-cpu-linux-x64',
    'linked-abc-linux-x64',
  ]
  const gone = [
    `.installing-${dead}-abc`,
    `.removing-${dead}-2.21.0-cpu-linux-x64`,
    `.installing-${tag}-abc123`,
    `.linking-${tag}-abc123`,
    `.removing-${tag}-0123abcd`,
  ]
  for (const name of [...stay, ...gone]) {
    mkdirSync(join(runtimes, name), { recursive: true })
    writeFileSync(join(runtimes, name, 'library.so'), 'bytes')
  }
  const mine = basename(await stagingFolder(folder.path))
  expect(readdirSync(runtimes).sort()).toEqual([...stay, mine].sort())
  folder.remove()
})

test('two processes that install at once wait for one another, and the second finds it done', async () => {
  const folder = temporaryFolder('installs')
  const [variant] = pinnedRuntimes()
  if (!variant) return
  const env = { FLOWERBED_CACHE_DIR: folder.path }
  const lock = join(runtimesDirectory(folder.path), '.install-lock')
  const waited: string[] = []
  const second = await withLock(lock, {}, async () => {
    const installs = installRuntime({ variant: variant.variant, env, onWait: () => waited.push('told') })
    await expect.poll(() => waited).toEqual(['told'])
    // What the first has installed meanwhile.
    const directory = runtimeDirectory(variant, folder.path)
    mkdirSync(dirname(bindingPath(directory)), { recursive: true })
    writeFileSync(bindingPath(directory), '')
    const { version, variant: name } = variant
    const file = {
      format: 1,
      version,
      variant: name,
      platform: platformName,
      source: 'wheel',
      bytes: 0,
      files: [],
    }
    writeFileSync(join(directory, 'runtime.json'), JSON.stringify(file))
    const downloads = downloadsDirectory(folder.path)
    mkdirSync(downloads)
    for (const name of ['old', 'new']) writeFileSync(join(downloads, name), 'part')
    const longAgo = new Date(Date.now() - 31 * 24 * 3600 * 1000)
    utimesSync(join(downloads, 'old'), longAgo, longAgo)
    return { installs }
  })
  expect((await second.installs).installed.map(({ variant: name }) => name)).toEqual([variant.variant])
  expect(readdirSync(runtimesDirectory(folder.path)).filter((name) => name.startsWith('.'))).toEqual([])
  // Partial downloads that nobody resumes any more.
  expect(readdirSync(downloadsDirectory(folder.path))).toEqual(['new'])
  folder.remove()
})
