import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { root } from './paths.mjs'

const run = promisify(execFile)
const require = createRequire(import.meta.url)

/** The oldest glibc that the libraries load on, that of TensorFlow's wheels. */
export const glibc = '2.27'
const nativeFolder = join('src-main', 'native')
const kernelsFolder = join(nativeFolder, 'kernels', 'src')
const bindingFolder = join(nativeFolder, 'tfjs-binding')
const distributedFolder = join(nativeFolder, 'distributed')

const common = [
  ['-std=c++17', '-fPIC', '-DNDEBUG', '-DNAPI_VERSION=8', '-fvisibility=hidden'],
  // No exceptions, and nothing of the C++ library at run time.
  ['-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics', '-Wall', '-Wextra', '-Werror'],
].flat()

/** The flags of speed: without the last, Clang's vector loops have no full iteration for 24 or 48 channels. */
export const kernelFlags = [
  ['-O3', '-fno-math-errno', '-ffp-contract=fast', '-mllvm', '-force-vector-interleave=1'],
  common,
].flat()
const avx512 = ['-mavx512f', '-mavx512bw', '-mavx512vl', '-mavx512dq', '-mfma', '-mbmi2']
/** The units of the kernels that TensorFlow is not needed for, with the instructions of each. */
export const portableUnits = {
  'avx2.cc': ['-mavx2', '-mfma', '-mbmi2'],
  'avx512.cc': avx512,
  'avx512bf16.cc': [...avx512, '-mavx512bf16'],
  'threads.cc': [],
}
/** Those that make the kernels operations of TensorFlow, by its C API. */
export const operationUnits = {
  'operation-shapes.cc': [],
  'operations.cc': [],
  'processor.cc': [],
  'tensorflow-operations.cc': [],
}
const kernelUnits = { ...portableUnits, ...operationUnits, 'module.cc': [] }
const distributedUnits = ['tensorflow.cc', 'module.cc']
const distributedFlags = ['-O2', ...common]
const bindingFlags = ['-O2', ...common.filter((flag) => !/^-W|^-fvisibility/.test(flag)), '-w']

/** What is built: the path in `resources`, Zig's target, and the TensorFlow libraries that it loads. */
export const libraries = [
  {
    path: 'tensorflow-kernels/linux-x64/flowerbed_kernels.node',
    target: `x86_64-linux-gnu.${glibc}`,
    sources: kernelsFolder,
    flags: kernelFlags,
    needs: ['libtensorflow_framework.so.2'],
  },
  ...['x64', 'arm64'].map((arch) => ({
    path: `tensorflow-binding/linux-${arch}/tfjs_binding.node`,
    target: `${arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu.${glibc}`,
    sources: bindingFolder,
    flags: bindingFlags,
    needs: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  })),
  ...['x64', 'arm64'].map((arch) => ({
    path: `tensorflow-distributed/linux-${arch}/flowerbed_distributed.node`,
    target: `${arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu.${glibc}`,
    sources: distributedFolder,
    flags: distributedFlags,
    needs: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  })),
]

/** Hex sha256 of the names and texts of the sources in a folder of this repository. */
export function hashOfSources(folder) {
  const hash = createHash('sha256')
  for (const name of readdirSync(join(root, folder)).sort())
    hash.update(`${name}\0${readFileSync(join(root, folder, name), 'utf8')}\0`)
  return hash.digest('hex')
}

export const sha256Of = (file) => createHash('sha256').update(readFileSync(file)).digest('hex')

/**
 * Compiles one of `libraries` into `folder`, with no path, host or time in the result, and returns the path of it.
 * @param {{zig: string, headers: string, cache: string}} tools Zig's folder, TensorFlow's headers, a folder for Zig's cache
 */
export async function buildLibrary(library, folder, tools) {
  const work = join(folder, `${library.path}.work`)
  mkdirSync(work, { recursive: true })
  const zig = zigIn(tools, library.target)
  const { objects, link } = await compile(library, { zig, work, tools })
  const stubs = await Promise.all(library.needs.map((name) => buildStub(zig, work, name)))
  const output = join(folder, library.path)
  await zig([
    'cc',
    '-shared',
    '-s',
    ...objects,
    '-Wl,--no-as-needed',
    ...stubs,
    '-Wl,--allow-shlib-undefined',
    ...link,
    '-o',
    output,
  ])
  return output
}

async function compile({ sources }, { zig, work, tools }) {
  if (sources === kernelsFolder) return { objects: await compileKernels(zig, work, tools.headers), link: [] }
  if (sources === distributedFolder)
    return { objects: await compileDistributed(zig, work, tools.headers), link: [] }
  return { objects: await compileBinding(zig, work, tools), link: bindingLinkFlags(work) }
}

/** Runs Zig for a target in the root of the repository; throws with what the compiler has printed. */
function zigIn({ zig, cache }, target) {
  const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache }
  return async ([command, ...args]) => {
    await run(join(zig, 'zig'), [command, '-target', target, ...args], { cwd: root, env, maxBuffer: 1 << 26 })
  }
}

const headersOf = (headers) => ['-I', require('node-api-headers').include_dir, '-I', headers]

export async function compileKernels(zig, work, headers, units = kernelUnits) {
  return await inTurns(Object.entries(units), async ([unit, instructions]) => {
    const object = join(work, `${unit}.o`)
    await zig([
      'c++',
      '-c',
      ...kernelFlags,
      ...instructions,
      ...headersOf(headers),
      '-o',
      object,
      join(kernelsFolder, unit),
    ])
    return object
  })
}

async function compileDistributed(zig, work, headers) {
  return await inTurns(distributedUnits, async (unit) => {
    const object = join(work, `${unit}.o`)
    const source = join(distributedFolder, unit)
    await zig(['c++', '-c', ...distributedFlags, ...headersOf(headers), '-o', object, source])
    return object
  })
}

async function compileBinding(zig, work, tools) {
  const tfjs = dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'))
  const libcxx = join(tools.zig, 'lib', 'libcxx', 'src')
  const sourcesIn = (folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.cc'))
      .sort()
      .map((name) => join(folder, name))
  const sources = [
    ...sourcesIn(join(tfjs, 'binding')),
    ...sourcesIn(join(root, bindingFolder)).map((path) => relative(root, path)),
    join(libcxx, 'hash.cpp'),
  ]
  const prefixes = [`-ffile-prefix-map=${tfjs}=tfjs`, `-ffile-prefix-map=${tools.zig}=zig`]
  return await inTurns(sources, async (source) => {
    const object = join(work, `${basename(source)}.o`)
    const own = source.startsWith(libcxx) ? ['-D_LIBCPP_BUILDING_LIBRARY', '-I', libcxx] : []
    await zig([
      'c++',
      '-c',
      ...bindingFlags,
      ...prefixes,
      ...own,
      ...headersOf(tools.headers),
      '-I',
      tfjs,
      '-o',
      object,
      source,
    ])
    return object
  })
}

/**
 * The C++ library in the binding must not be found by TensorFlow, which has its own: exported are the module's entry points
 * and the functions of allocation.cc and loopback.cc.
 */
function bindingLinkFlags(work) {
  const script = join(work, 'exports')
  const functions = [
    'bind',
    'strdup',
    'asprintf',
    'vasprintf',
    'getcwd',
    'realpath',
    'backtrace_symbols',
    '__cxa_demangle',
  ]
  const exported = [
    'napi_register_module_v1',
    'node_api_module_get_api_version_v1',
    ...functions,
    '_Zn*',
    '_Zd*',
  ]
  writeFileSync(script, `{ global: ${exported.map((name) => `${name};`).join(' ')} local: *; };\n`)
  return [`-Wl,--version-script=${script}`, '-Wl,-rpath,$ORIGIN/../../deps/lib', '-ldl']
}

/**
 * An empty library by the name of one of TensorFlow's, which the result is to load: the real one need not be there. Without
 * a standard library, for which Zig would first compile its own with checks, in half a minute.
 */
async function buildStub(zig, work, name) {
  const source = join(work, 'stub.c')
  writeFileSync(source, '\n')
  await zig(['cc', '-shared', '-nostdlib', `-Wl,-soname,${name}`, '-o', join(work, name), source])
  return join(work, name)
}

/** Applies `work` to all items, as many at a time as there are processors; the results are in the order of the items. */
export async function inTurns(items, work) {
  const results = Array(items.length)
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const index = next++
      results[index] = await work(items[index])
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return results
}
