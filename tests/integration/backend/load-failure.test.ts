import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { installedRuntimes, librariesOf } from '../../../src-main/tensorflow/installed.ts'
import type { RuntimeFile } from '../../../src-main/tensorflow/installed.ts'
import { loadNative } from '../../../src-main/engine/backend/native-library.ts'
import { sha256 } from '../../../src-main/files/atomic-write.ts'
import {
  bindingPath,
  librariesDirectory,
  platformName,
  runtimesDirectory,
} from '../../../src-main/tensorflow/layout.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('load failure')
const root = resolve(import.meta.dirname, '../../..')
const load = resolve(import.meta.dirname, '../../fixtures/runtime/load.ts')
const real = realpathSync(installedRuntimes()[0]?.directory ?? '')
const original = readFileSync(join(root, 'resources/tensorflow-binding', platformName, 'tfjs_binding.node'))
const runtime = join(runtimesDirectory(folder.path), basename(real))
const cpp = 'libtensorflow_cc.so.2'
const has = (program: string) => spawnSync(program, ['--version']).status === 0

/** A complete runtime, which tests damage. */
beforeEach(() => {
  rmSync(runtimesDirectory(folder.path), { recursive: true, force: true })
  mkdirSync(librariesDirectory(runtime), { recursive: true })
  cpSync(join(real, 'lib'), join(runtime, 'lib'), { recursive: true })
  writeFileSync(bindingPath(runtime), original)
  cpSync(join(real, 'runtime.json'), join(runtime, 'runtime.json'))
  for (const library of [cpp, 'libtensorflow_framework.so.2'])
    symlinkSync(join(librariesDirectory(real), library), join(librariesDirectory(runtime), library))
})

afterAll(() => folder.remove())

interface Told {
  loaded?: boolean
  kernels?: unknown
  kind?: string
  message?: string
  hint?: string
  where?: string
}

function tryToLoad({ args = [] as string[], env = {}, before = [] as string[] } = {}): Told & {
  err: string
} {
  const [program = '', ...rest] = [...before, process.execPath, load, ...args]
  const { stdout, stderr, signal } = spawnSync(program, rest, {
    encoding: 'utf8',
    env: { ...process.env, FLOWERBED_TF_DIR: '', FLOWERBED_CACHE_DIR: folder.path, ...env },
  })
  expect(signal, stderr).toBeNull()
  return { ...(JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Told), err: stderr }
}

/** Loads the binding with text replaced, as in a build against other libraries. */
function loadRewritten(from: string, to: string): Told {
  const text = original.toString('latin1')
  expect(text).toContain(from)
  const library = bindingPath(runtime)
  writeFileSync(library, Buffer.from(text.replaceAll(from, to.padEnd(from.length, '\0')), 'latin1'))
  return tryToLoad({ env: { NATIVE_LIBRARY: library } })
}

/** Changes one byte of the binding's header. */
function setByte(at: number, value: number): void {
  const bytes = Buffer.from(original)
  bytes[at] = value
  writeFileSync(bindingPath(runtime), bytes)
}

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('on Linux', () => {
  test('the undamaged runtime loads', () => {
    expect(tryToLoad()).toMatchObject({ loaded: true })
  })

  test.each([
    ['whose end is missing', () => truncateSync(bindingPath(runtime), original.length >> 1)],
    ['of which little is there', () => truncateSync(bindingPath(runtime), 40)],
    ['that is empty', () => truncateSync(bindingPath(runtime), 0)],
    ['that is a page of text', () => writeFileSync(bindingPath(runtime), '<html>'.repeat(500))],
    ['that is all zeros', () => writeFileSync(bindingPath(runtime), Buffer.alloc(original.length))],
  ])('a binding %s is reported as damaged, to be installed again', (_, spoil) => {
    spoil()
    const { kind, message, hint, where } = tryToLoad()
    expect(kind).toBe('corrupt')
    expect(message).toMatch(/^TensorFlow does not load: (?:its file is truncated|the file is damaged)/)
    expect(hint).toContain('install it again')
    expect(where).toBe(bindingPath(runtime))
  })

  test('a truncated library of TensorFlow is reported, and kills no process', () => {
    const library = join(librariesDirectory(runtime), cpp)
    const start = readFileSync(join(librariesDirectory(real), 'libtensorflow_framework.so.2')).subarray(
      0,
      1e6,
    )
    rmSync(library)
    writeFileSync(library, start)
    const { kind, message, where } = tryToLoad()
    expect(kind).toBe('corrupt')
    expect(message).toContain('its file is truncated (1000000 of ')
    expect(where).toBe(library)
  })

  test('a missing library of TensorFlow is named', () => {
    rmSync(join(librariesDirectory(runtime), cpp))
    expect(tryToLoad()).toMatchObject({
      kind: 'corrupt',
      message: `TensorFlow does not load: ${cpp} is missing in its folder`,
    })
  })

  test('a truncated library of CUDA is reported before a GPU is used', () => {
    const file = JSON.parse(readFileSync(join(runtime, 'runtime.json'), 'utf8')) as RuntimeFile
    const path = 'deps/nvidia/cudnn/lib/libcudnn.so.9'
    file.files.push({ path, bytes: 1, sha256: '' })
    writeFileSync(join(runtime, 'runtime.json'), JSON.stringify(file))
    mkdirSync(join(runtime, 'deps/nvidia/cudnn/lib'), { recursive: true })
    writeFileSync(join(runtime, path), original.subarray(0, original.length - 1))
    expect(tryToLoad()).toMatchObject({ loaded: true })
    const [installed] = installedRuntimes({ FLOWERBED_CACHE_DIR: folder.path })
    const libraries = librariesOf(installed!, { cuda: true })
    expect(libraries).toContain(realpathSync(join(runtime, path)))
    const again = { name: 'TensorFlow', replace: 'Install it again.' }
    expect(() => loadNative({ path: bindingPath(runtime), libraries, ...again })).toThrow(
      expect.objectContaining({ kind: 'corrupt', where: realpathSync(join(runtime, path)) }) as Error,
    )
  })

  test('a dangling link to a library is reported', () => {
    const library = join(librariesDirectory(runtime), cpp)
    rmSync(library)
    symlinkSync(join(folder.path, 'nowhere'), library)
    expect(tryToLoad()).toMatchObject({ kind: 'corrupt', where: library })
  })

  test('a glibc that is too old is reported with both versions, without advice to install again', () => {
    const { kind, message, hint } = loadRewritten('GLIBC_2.14', 'GLIBC_9.34')
    expect(kind).toBe('unavailable')
    expect(message).toMatch(
      /this system is too old: it needs glibc 9\.34 or newer, and this system has 2\.\d+$/,
    )
    expect(hint).not.toContain('install')
  })

  test('a C++ library that is too old is reported', () => {
    const { kind, message, hint } = loadRewritten('GLIBC_2.14', 'GLIBCXX_9')
    expect(kind).toBe('unavailable')
    expect(message).toMatch(/this system's C\+\+ library is too old: it lacks GLIBCXX_9/)
    expect(hint).toContain('libstdc++6')
  })

  test('a library that this system lacks is named with its package', () => {
    expect(loadRewritten('libtensorflow_cc.so.2', 'libstdc++.so.9')).toMatchObject({
      kind: 'unavailable',
      message: 'TensorFlow does not load: the library libstdc++.so.9 is missing on this system',
      hint: expect.stringContaining('libstdc++6') as string,
    })
  })

  test.each([
    ['arm64', () => setByte(18, 183)],
    ['32-bit', () => setByte(4, 1)],
    ['big-endian', () => setByte(5, 2)],
  ])('a binding for another processor is reported: %s', (processor, spoil) => {
    spoil()
    const { kind, message } = tryToLoad()
    expect(kind).toBe('corrupt')
    expect(message).toContain('another processor')
    expect(message).toContain(processor)
  })

  test('parts of different versions are reported, with the missing symbol', () => {
    expect(loadRewritten('TF_Version', 'TF_Versiox')).toMatchObject({
      kind: 'corrupt',
      message: 'TensorFlow does not load: its parts are of different versions (TF_Versiox is missing)',
    })
  })

  test.runIf(has('prlimit'))('too little memory is not reported as a damaged file (needs prlimit)', () => {
    const { kind, message, hint } = tryToLoad({ args: ['100000000'] })
    expect(['unavailable', 'no-space']).toContain(kind)
    expect(message).toMatch(/too little memory|refuses to map it into memory/)
    expect(hint).toContain('ulimit -v')
  })

  const mayMount =
    has('unshare') && spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', folder.path]).status === 0
  test.runIf(mayMount)(
    'a disk without the right to execute is told as such (needs the right to mount)',
    () => {
      // A separate mount with the binding, invisible to this process.
      const library = JSON.stringify(join(runtime, 'lib'))
      const kept = JSON.stringify(join(folder.path, 'kept'))
      const script = `cp -r ${library} ${kept} && mount -t tmpfs -o noexec none ${library} && cp -r ${kept}/. ${library} && rm -r ${kept} && exec "$@"`
      const { kind, message, hint } = tryToLoad({ before: ['unshare', '-m', 'sh', '-c', script, 'sh'] })
      expect(kind).toBe('bad-input')
      expect(message).toContain('noexec')
      expect(hint).toContain('FLOWERBED_CACHE_DIR')
    },
  )

  test('a binding with one byte changed is refused before it is loaded', () => {
    setByte(original.length >> 1, (original[original.length >> 1] ?? 0) ^ 1)
    expect(tryToLoad()).toMatchObject({
      kind: 'corrupt',
      message:
        'TensorFlow does not load: tfjs_binding.node is damaged or belongs to another version of Flowerbed (its checksum differs)',
      where: bindingPath(runtime),
      hint: expect.stringContaining('install it again') as string,
    })
  })

  test('a binding that another version of Flowerbed has copied is replaced', () => {
    const older = Buffer.concat([original, Buffer.alloc(8)])
    writeFileSync(bindingPath(runtime), older)
    const path = join(runtime, 'runtime.json')
    const file = JSON.parse(readFileSync(path, 'utf8')) as RuntimeFile
    const binding = file.files.find((each) => each.path === 'lib/napi-v8/tfjs_binding.node')
    Object.assign(binding ?? {}, { bytes: older.length, sha256: sha256(older) })
    writeFileSync(path, JSON.stringify(file))
    expect(tryToLoad()).toMatchObject({ loaded: true })
    expect(readFileSync(bindingPath(runtime))).toEqual(original)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      files: expect.arrayContaining([
        { path: 'lib/napi-v8/tfjs_binding.node', bytes: original.length, sha256: sha256(original) },
      ]) as unknown,
    })
  })

  test('a runtime that Flowerbed did not install is not advised to be removed', () => {
    truncateSync(bindingPath(runtime), 40)
    expect(tryToLoad({ env: { FLOWERBED_TF_DIR: runtime } })).toMatchObject({
      kind: 'corrupt',
      hint: expect.stringMatching(/^Set FLOWERBED_TF_DIR to/) as string,
    })
  })

  test.each([
    ['truncated', (file: string) => truncateSync(file, 8192), /its file is truncated \(8192 of \d+ bytes\)/],
    [
      'changed in one byte',
      (file: string) => {
        const bytes = readFileSync(file)
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
        writeFileSync(file, bytes)
      },
      /flowerbed_kernels\.node is damaged or belongs to another version of Flowerbed/,
    ],
  ])('a library of kernels that is %s is reported, and TensorFlow runs without it', (_, spoil, reason) => {
    // A copy of the sources beside resources with a spoilt library.
    const copy = join(folder.path, 'copy')
    rmSync(copy, { recursive: true, force: true })
    cpSync(join(root, 'src-main'), join(copy, 'src-main'), { recursive: true })
    cpSync(join(root, 'src-shared'), join(copy, 'src-shared'), { recursive: true })
    cpSync(join(root, 'resources'), join(copy, 'resources'), { recursive: true })
    cpSync(join(root, 'package.json'), join(copy, 'package.json'))
    cpSync(load, join(copy, 'tests/fixtures/runtime/load.ts'))
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    const kernels = join(copy, 'resources/tensorflow-kernels/linux-x64/flowerbed_kernels.node')
    spoil(kernels)
    const log = join(copy, 'log')
    const { stdout, stderr, signal } = spawnSync(
      process.execPath,
      [join(copy, 'tests/fixtures/runtime/load.ts')],
      {
        encoding: 'utf8',
        env: { ...process.env, FLOWERBED_TF_DIR: '', FLOWERBED_CACHE_DIR: folder.path, LOG_FILE: log },
      },
    )
    expect(signal, stderr).toBeNull()
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({ loaded: true, kernels: null })
    const logged = readFileSync(log, 'utf8')
    expect(logged).toMatch(reason)
    expect(logged).toContain('. Install Flowerbed again')
  })
})
