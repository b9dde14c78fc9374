/**
 * Compiles the convolutions of src-main/native/kernels/src against a TensorFlow wheel and writes them to
 * resources/tensorflow-kernels. For maintainers only: the result is committed, so that nobody else needs a compiler.
 *
 *   node scripts/build-kernels.mjs --wheel tensorflow_cpu-2.21.0-cp312-….whl
 *
 * For Linux on x64, on such a machine. Needs g++ 12 or newer and `unzip`.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { hashOfSources } from './lib/kernel-sources.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sources = join(root, 'src-main', 'native', 'kernels', 'src')
const avx512 = ['-mavx512f', '-mavx512bw', '-mavx512vl', '-mavx512dq', '-mfma', '-mbmi2']
const units = {
  'avx2.cc': ['-mavx2', '-mfma', '-mbmi2'],
  'avx512.cc': avx512,
  'avx512bf16.cc': [...avx512, '-mavx512bf16'],
  'threads.cc': [],
  'tensorflow-operations.cc': [],
  'module.cc': [],
}

const { values } = parseArgs({ options: { wheel: { type: 'string' } } })
if (!values.wheel) {
  console.error('Usage: node scripts/build-kernels.mjs --wheel FILE.whl')
  process.exit(2)
}

const work = mkdtempSync(join(tmpdir(), 'flowerbed-kernels-'))
try {
  execFileSync('unzip', [
    '-q',
    resolve(values.wheel),
    'tensorflow/include/*',
    'tensorflow/libtensorflow_framework.so.2',
    '-d',
    work,
  ])
  const tensorflow = join(work, 'tensorflow')
  const headers = createRequire(import.meta.url)('node-api-headers').include_dir
  const output = join(root, 'resources', 'tensorflow-kernels', 'linux-x64', 'flowerbed_kernels.node')
  mkdirSync(dirname(output), { recursive: true })
  const objects = Object.entries(units).map(([source, instructions]) => {
    const object = join(work, `${source}.o`)
    const compile = [
      ['-c', '-O3', '-std=c++17', '-fPIC', '-fvisibility=hidden', `-ffile-prefix-map=${sources}=.`],
      // Neither exceptions nor anything else of the C++ library at run time.
      ['-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics', '-Wall', '-Wextra', '-Werror'],
      // GCC 12 says so of its own intrinsics.
      ['-Wno-maybe-uninitialized', '-DNAPI_VERSION=8'],
      instructions,
      ['-I', headers, '-I', join(tensorflow, 'include'), '-o', object, join(sources, source)],
    ].flat()
    execFileSync('g++', compile, { stdio: 'inherit' })
    return object
  })
  const libraries = [
    '-L',
    tensorflow,
    '-l:libtensorflow_framework.so.2',
    '-Wl,--allow-shlib-undefined',
    '-lpthread',
  ]
  execFileSync('gcc', ['-shared', '-s', ...objects, ...libraries, '-o', output], { stdio: 'inherit' })
  // By which a test knows that what is committed was made of what is committed.
  writeFileSync(join(dirname(output), 'sources.sha256'), `${hashOfSources(sources)}\n`)
  console.error(`${output}: ${statSync(output).size.toLocaleString('en')} bytes`)
} finally {
  rmSync(work, { recursive: true, force: true })
}
