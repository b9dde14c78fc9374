import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readlinkSync, realpathSync, symlinkSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { installedRuntimes } from '../../../src-main/tensorflow/installed.ts'
import {
  bindingPath,
  cacheDirectory,
  librariesDirectory,
  linkedDirectory,
  runtimesDirectory,
} from '../../../src-main/tensorflow/layout.ts'
import { cacheDirectory as cacheOfSetUp } from '../../../scripts/lib/paths.mjs'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('paths')
const oneStep = resolve(import.meta.dirname, '../../fixtures/runtime/one-step.ts')
const real = realpathSync(installedRuntimes()[0]?.directory ?? '')
const oddName = 'a b é 花 %20 #1 ?x & ’y’ $HOME [1]'

afterAll(() => folder.remove())

/** What a process of its own tells that trains a step with these settings. */
function train(env: NodeJS.ProcessEnv): { directory: string; losses: number[] } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [oneStep], {
    cwd: folder.path,
    encoding: 'utf8',
    env: { ...process.env, FLOWERBED_TF_DIR: '', ...env },
  })
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout) as { directory: string; losses: number[] }
}

/** A whole cache folder of this name, but for the libraries, which are large and linked to. */
function cacheNamed(name: string): string {
  const cache = join(folder.path, name)
  const runtime = join(runtimesDirectory(cache), basename(real))
  mkdirSync(librariesDirectory(runtime), { recursive: true })
  cpSync(join(real, 'lib'), join(runtime, 'lib'), { recursive: true })
  cpSync(join(real, 'runtime.json'), join(runtime, 'runtime.json'))
  for (const library of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
    symlinkSync(join(librariesDirectory(real), library), join(librariesDirectory(runtime), library))
  return cache
}

test('a step is trained with a cache folder that is a symbolic link', () => {
  const link = join(folder.path, 'link')
  symlinkSync(dirname(dirname(real)), link)
  expect(train({ FLOWERBED_CACHE_DIR: link })).toEqual({ directory: real, losses: [5, 1.25] })
})

test('a step is trained where only the folder inside the cache is a symbolic link', () => {
  const cache = join(folder.path, 'inner')
  mkdirSync(runtimesDirectory(cache), { recursive: true })
  symlinkSync(real, join(runtimesDirectory(cache), basename(real)))
  expect(train({ FLOWERBED_CACHE_DIR: cache }).losses).toEqual([5, 1.25])
})

test('a step is trained with blanks and signs of every kind in all paths, also through a link', () => {
  const cache = cacheNamed(oddName)
  mkdirSync(join(cache, 'temporary'))
  const env = { FLOWERBED_CACHE_DIR: cache, TMPDIR: join(cache, 'temporary') }
  expect(train(env).losses).toEqual([5, 1.25])
  const link = join(folder.path, `link to ${oddName}`)
  symlinkSync(cache, link)
  expect(train({ ...env, FLOWERBED_CACHE_DIR: link }).losses).toEqual([5, 1.25])
})

test('a step is trained with a cache folder named from the folder that the process is in', () => {
  const cache = cacheNamed('near')
  expect(train({ FLOWERBED_CACHE_DIR: relative(folder.path, cache) })).toMatchObject({
    directory: expect.stringContaining(realpathSync(cache)) as string,
    losses: [5, 1.25],
  })
})

test('a step is trained with a linked Flowerbed folder in FLOWERBED_TF_DIR', () => {
  const link = join(folder.path, 'tensorflow of another')
  symlinkSync(real, link)
  expect(train({ FLOWERBED_TF_DIR: link })).toEqual({ directory: real, losses: [5, 1.25] })
})

test('a step is trained with pip’s TensorFlow through a link, and CUDA’s libraries beside it are found', () => {
  const site = join(folder.path, 'site packages')
  const pip = join(site, 'tensorflow')
  mkdirSync(pip, { recursive: true })
  mkdirSync(join(site, 'nvidia'))
  for (const library of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
    symlinkSync(join(librariesDirectory(real), library), join(pip, library))
  const link = join(folder.path, 'current')
  symlinkSync(pip, link)
  const cache = join(folder.path, 'cache for pip')
  const { directory, losses } = train({ FLOWERBED_TF_DIR: link, FLOWERBED_CACHE_DIR: cache })
  expect(losses).toEqual([5, 1.25])
  expect(directory).toBe(linkedDirectory(realpathSync(pip), realpathSync(cache)))
  expect(readlinkSync(join(directory, 'deps', 'nvidia'))).toBe(realpathSync(join(site, 'nvidia')))
  expect(existsSync(bindingPath(directory))).toBe(true)
})

test('the set-up and the app agree on the cache folder', () => {
  const link = join(folder.path, 'agreed')
  symlinkSync(folder.path, link)
  const settings: NodeJS.ProcessEnv[] = [
    {},
    { FLOWERBED_CACHE_DIR: '' },
    { FLOWERBED_CACHE_DIR: link },
    { FLOWERBED_CACHE_DIR: join(link, 'not', 'there') },
    { FLOWERBED_CACHE_DIR: 'near' },
    { XDG_CACHE_HOME: '' },
    { XDG_CACHE_HOME: link },
    { XDG_CACHE_HOME: 'relative' },
  ]
  for (const env of settings) expect(cacheOfSetUp(env)).toBe(cacheDirectory(env))
  expect(cacheDirectory({ FLOWERBED_CACHE_DIR: join(link, 'not', 'there') })).toBe(
    join(realpathSync(folder.path), 'not', 'there'),
  )
  if (process.platform === 'linux') expect(cacheDirectory({ XDG_CACHE_HOME: '' })).toBe(cacheDirectory({}))
})
