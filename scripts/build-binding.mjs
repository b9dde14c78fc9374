/**
 * Compiles tfjs-node-gpu's N-API binding against a TensorFlow wheel and writes it to resources/tensorflow-binding.
 * For maintainers only: the result is committed, so that nobody else needs a compiler.
 *
 *   node scripts/build-binding.mjs --wheel tensorflow_cpu-2.21.0-cp312-….whl [--arch x64|arm64]
 *
 * arm64 is cross-compiled with Debian's g++-aarch64-linux-gnu. Needs `unzip`.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)
const compilers = { x64: 'g++', arm64: 'aarch64-linux-gnu-g++' }

const { values } = parseArgs({ options: { wheel: { type: 'string' }, arch: { type: 'string' } } })
const arch = values.arch ?? process.arch
const compiler = compilers[arch]
if (!values.wheel || !compiler) {
  console.error('Usage: node scripts/build-binding.mjs --wheel FILE.whl [--arch x64|arm64]')
  process.exit(2)
}

const work = mkdtempSync(join(tmpdir(), 'flowerbed-binding-'))
try {
  execFileSync('unzip', [
    '-q',
    resolve(values.wheel),
    'tensorflow/include/*',
    'tensorflow/lib*.so.2',
    '-d',
    work,
  ])
  const tensorflow = join(work, 'tensorflow')
  const tfjs = dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'))
  const headers = require('node-api-headers').include_dir
  const output = join(root, 'resources', 'tensorflow-binding', `linux-${arch}`, 'tfjs_binding.node')
  mkdirSync(dirname(output), { recursive: true })
  const sources = [join(tfjs, 'binding'), join(root, 'src-main', 'native', 'tfjs-binding')].flatMap(
    (folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.cc'))
        .sort()
        .map((name) => join(folder, name)),
  )
  execFileSync(
    compiler,
    [
      ['-shared', '-fPIC', '-O2', '-std=c++17', '-s', '-DNAPI_VERSION=8', `-ffile-prefix-map=${tfjs}=.`],
      ['-I', headers, '-I', join(tensorflow, 'include'), '-I', tfjs],
      sources,
      ['-L', tensorflow, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      ['-Wl,-rpath,$ORIGIN/../../deps/lib', '-Wl,--allow-shlib-undefined', '-ldl'],
      ['-o', output],
    ].flat(),
    { stdio: 'inherit' },
  )
  console.error(`${output}: ${statSync(output).size.toLocaleString('en')} bytes`)
} finally {
  rmSync(work, { recursive: true, force: true })
}
