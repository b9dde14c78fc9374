import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { inTurns, operationUnits, portableUnits } from '../../../scripts/lib/native-build.mjs'
import { cacheDirectory, root } from '../../../scripts/lib/paths.mjs'
import { provideHeaders, provideZig } from '../../../scripts/lib/zig.mjs'
import { installedRuntimes, librariesOf } from '../../../src-main/tensorflow/installed.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'flowerbed-kernels-test-'))
const kernels = join('src-main', 'native', 'kernels')
const checks = (of: string) => join('test', `${of}-test.cc`)
const onX64 = process.platform === 'linux' && process.arch === 'x64'

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

interface Compiler {
  command: string
  /** Zig's own commands to compile and to link; linked as C, it need not build the C++ library. */
  front: [string, string] | null
  args: string[]
}

async function zig(): Promise<Compiler | string> {
  try {
    return {
      command: join(await provideZig(), 'zig'),
      args: ['-target', 'x86_64-linux-gnu'],
      front: ['c++', 'cc'],
    }
  } catch (thrown) {
    return `the compiler cannot be downloaded: ${String(thrown)}`
  }
}

async function systemCompiler(): Promise<Compiler | null> {
  for (const command of ['clang++', 'g++'])
    if (await run(command, ['--version']).catch(() => null)) return { command, args: [], front: null }
  return null
}

/** The machine's own compiler where there is one: Zig builds its runtime of a sanitizer first, which takes up to a minute. */
const own = onX64 ? await systemCompiler() : null
const found = onX64 ? (own ?? (await zig())) : 'they are for Linux on x64'

const memorySanitizers = own ? 'address,undefined' : 'undefined'
const sanitizers = [
  { name: memorySanitizers, threads: false, cases: 60 },
  { name: 'thread', threads: true, cases: 12 },
]

/** What the processor can run, by the names in /proc/cpuinfo. */
const processor = onX64 ? readFileSync('/proc/cpuinfo', 'utf8') : ''
const instructionSets = [
  { name: 'avx2', needs: ['avx2', 'fma'] },
  { name: 'avx512', needs: ['avx512f', 'avx512bw', 'avx512vl', 'avx512dq'] },
  { name: 'bf16', needs: ['avx512f', 'avx512_bf16'] },
]

test('AddressSanitizer is one of the sanitizers', ({ skip }) => {
  // Zig has no runtime of it.
  if (own === null) return skip('this machine has no C++ compiler of its own, which AddressSanitizer needs')
  expect(memorySanitizers).toContain('address')
})

describe.each(sanitizers)('the kernels under -fsanitize=$name', ({ name, threads, cases }) => {
  const work = join(folder, name)
  const flags = [
    `-fsanitize=${name}`,
    '-fno-sanitize-recover=all',
    ...(own ? ['-Wno-maybe-uninitialized'] : []),
  ]
  let objectsOfKernels: Promise<string[]> | undefined
  let kernelsTest: Promise<string> | undefined

  const call = async ({ command, args }: Compiler, front: string | undefined, rest: string[]) => {
    const cache = join(cacheDirectory(), 'zig', 'cache')
    const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache }
    await run(command, [...(front ? [front] : []), ...args, ...flags, ...rest], { cwd: root, env })
  }
  // Without NDEBUG, so that the kernels assert what they are called with.
  const common = ['-std=c++17', '-O1', '-g1', '-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics']

  /** Compiles units of the kernels, each with the flags for its instructions. */
  const compile = async (found: Compiler, units: Record<string, string[]>, more: string[] = []) => {
    mkdirSync(work, { recursive: true })
    return await inTurns(Object.entries(units), async ([unit, instructions]) => {
      const object = join(work, `${basename(unit)}.o`)
      const inputs = ['-ffp-contract=fast', ...instructions, ...more, '-c', join(kernels, unit), '-o', object]
      await call(found, found.front?.[0], [...common, ...inputs])
      return object
    })
  }

  /** Not optimised: that takes three times as long to compile as these cases then save. */
  const compileKernels = (found: Compiler) =>
    (objectsOfKernels ??= compile(
      found,
      Object.fromEntries(
        Object.entries(portableUnits).map(([unit, set]) => [join('src', unit), ['-O0', ...set]]),
      ),
    ))

  async function linkKernelsTest(found: Compiler): Promise<string> {
    const objects = [...(await compileKernels(found)), ...(await compile(found, { [checks('kernels')]: [] }))]
    const program = join(work, 'kernels-test')
    await call(found, found.front?.[1], [...objects, '-lpthread', '-lm', '-o', program])
    return program
  }

  const runKernelsTest = async (found: Compiler, args: string[]) => {
    kernelsTest ??= linkKernelsTest(found)
    return (await run(await kernelsTest, args)).stdout.trim()
  }

  test.for(instructionSets)(
    'agree with a reference on random shapes: $name',
    { timeout: 600_000 },
    async (set, { skip }) => {
      const missing = set.needs.filter((need) => !new RegExp(`\\b${need}\\b`).test(processor))
      if (typeof found === 'string') return skip(found)
      if (missing.length > 0) return skip(`this processor lacks ${missing.join(', ')}`)
      expect(await runKernelsTest(found, [set.name, String(cases), '1'])).toBe(`${cases} cases, 0 failures`)
    },
  )

  // Without threads of its own: what they check does not depend on them.
  if (threads) return
  test.for([
    ['memory', 'report memory that runs out instead of ending the process'],
    ['preconditions', 'assert what they are called with'],
  ] as const)('%s: %s', { timeout: 600_000 }, async ([mode], { skip }) => {
    if (typeof found === 'string') return skip(found)
    expect(await runKernelsTest(found, [mode, '1', '1'])).toBe('1 cases, 0 failures')
  })

  test(
    'as operations of TensorFlow: graphs infer their shapes, and what does not fit is an error',
    { timeout: 600_000 },
    async ({ skip }) => {
      if (typeof found === 'string') return skip(found)
      const [runtime] = installedRuntimes()
      expect(runtime, 'TensorFlow is installed').toBeDefined()
      const libraries = librariesOf(runtime!, { cuda: false })
      const units = [...Object.keys(operationUnits).map((unit) => join('src', unit)), checks('operations')]
      const objects = await compile(found, Object.fromEntries(units.map((unit) => [unit, []])), [
        '-I',
        await provideHeaders(),
      ])
      const program = join(work, 'operations-test')
      const tensorflow = [...libraries, '-Wl,--allow-shlib-undefined', `-Wl,-rpath,${dirname(libraries[0]!)}`]
      await call(found, found.front?.[1], [
        ...(await compileKernels(found)),
        ...objects,
        ...tensorflow,
        '-lpthread',
        '-lm',
        '-o',
        program,
      ])
      const { stdout } = await run(program)
      expect(stdout.trim()).toMatch(/^\d+ cases, 0 failures$/)
    },
  )
})

test('the library that is shipped asserts nothing: an error in it does not end the process', () => {
  const library = readFileSync(
    join(root, 'resources', 'tensorflow-kernels', 'linux-x64', 'flowerbed_kernels.node'),
  )
  expect(library.includes('TF_RegisterKernelBuilder')).toBe(true)
  for (const name of ['abort', '__assert_fail']) expect(library.includes(`\0${name}\0`)).toBe(false)
})
