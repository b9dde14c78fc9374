import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { inTurns, portableUnits } from '../../../scripts/lib/native-build.mjs'
import { cacheDirectory, root } from '../../../scripts/lib/paths.mjs'
import { provideZig } from '../../../scripts/lib/zig.mjs'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'flowerbed-kernels-test-'))
const kernels = join('src-main', 'native', 'kernels')
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

/** Zig has no runtime of AddressSanitizer: for that one it takes the machine's own compiler. */
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

async function systemCompiler(): Promise<Compiler | string> {
  for (const command of ['clang++', 'g++'])
    if (await run(command, ['--version']).catch(() => null)) return { command, args: [], front: null }
  return 'this machine has no C++ compiler of its own, which AddressSanitizer needs'
}

const sanitizers = [
  {
    name: 'UndefinedBehaviorSanitizer',
    flags: ['-fsanitize=undefined', '-fno-sanitize-recover=all'],
    compiler: zig,
    cases: 60,
  },
  { name: 'ThreadSanitizer', flags: ['-fsanitize=thread'], compiler: zig, cases: 12 },
  {
    name: 'AddressSanitizer',
    flags: ['-fsanitize=address,undefined', '-Wno-maybe-uninitialized'],
    compiler: systemCompiler,
    cases: 30,
  },
]

/** What the processor can run, by the names in /proc/cpuinfo. */
const processor = onX64 ? readFileSync('/proc/cpuinfo', 'utf8') : ''
const instructionSets = [
  { name: 'avx2', needs: ['avx2', 'fma'] },
  { name: 'avx512', needs: ['avx512f', 'avx512bw', 'avx512vl', 'avx512dq'] },
  { name: 'bf16', needs: ['avx512f', 'avx512_bf16'] },
]

describe.each(sanitizers)('the kernels under $name', ({ name, flags, compiler, cases }) => {
  let built: Promise<string> | undefined

  async function build({ command, front, args }: Compiler): Promise<string> {
    const work = join(folder, name)
    mkdirSync(work)
    const cache = join(cacheDirectory(), 'zig', 'cache')
    const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache }
    const [compile, link] = front ? front.map((name) => [name]) : [[], []]
    const common = [
      '-std=c++17',
      '-O1',
      '-g',
      '-fno-exceptions',
      '-fno-rtti',
      '-fno-threadsafe-statics',
      '-ffp-contract=fast',
    ]
    const units = Object.entries({
      ...Object.fromEntries(Object.entries(portableUnits).map(([unit, set]) => [join('src', unit), set])),
      [join('test', 'kernels-test.cc')]: [] as string[],
    })
    const objects = await inTurns(units, async ([unit, instructions]) => {
      const object = join(work, `${basename(unit)}.o`)
      await run(
        command,
        [...compile!, ...args, ...common, ...flags, ...instructions, '-c', join(kernels, unit), '-o', object],
        { cwd: root, env },
      )
      return object
    })
    const program = join(work, 'kernels-test')
    await run(command, [...link!, ...args, ...flags, ...objects, '-lpthread', '-lm', '-o', program], {
      cwd: root,
      env,
    })
    return program
  }

  test.for(instructionSets)(
    'agree with a reference on random shapes: $name',
    { timeout: 600_000 },
    async (set, { skip }) => {
      if (!onX64) return skip('they are for Linux on x64')
      const missing = set.needs.filter((need) => !new RegExp(`\\b${need}\\b`).test(processor))
      if (missing.length > 0) return skip(`this processor lacks ${missing.join(', ')}`)
      const found = await compiler()
      if (typeof found === 'string') return skip(found)
      built ??= build(found)
      const { stdout } = await run(await built, [set.name, String(cases), '1'])
      expect(stdout.trim()).toBe(`${cases} cases, 0 failures`)
    },
  )

  // The others reserve address space that the limit of this test takes away.
  if (name === 'UndefinedBehaviorSanitizer')
    test(
      'report memory that runs out instead of ending the process',
      { timeout: 600_000 },
      async ({ skip }) => {
        const found = onX64 ? await compiler() : 'they are for Linux on x64'
        if (typeof found === 'string') return skip(found)
        built ??= build(found)
        const { stdout } = await run(await built, ['memory', '1', '1'])
        expect(stdout.trim()).toBe('1 cases, 0 failures')
      },
    )
})
