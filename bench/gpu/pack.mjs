/**
 * Packs everything that `measure.mjs` needs into pieces, for a machine with a GPU and no network: Node, the sources of
 * the benchmarks and the command line with their packages, and a TensorFlow runtime. `unpack.sh` joins them there.
 *
 *   node bench/gpu/pack.mjs --out FOLDER [--variant cuda|cpu] [--without-nvidia] [--architecture 90] [--piece-mb 50]
 *
 * The runtime must be installed here (`node scripts/install-runtime.mjs cuda`) or be that of FLOWERBED_TF_DIR. With
 * --without-nvidia the CUDA libraries but the smallest stay out: a Python on that machine has them (site-packages/nvidia,
 * installed with PyTorch, of the same CUDA or of 13). With --architecture the kernels of other GPUs stay out (90: H100, H200).
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { installedRuntimes } from '../../src-main/tensorflow/installed.ts'
import { root } from '../../scripts/lib/paths.mjs'
import { SetupError, bytes, fail, note } from '../../scripts/lib/report.mjs'
import { keepOneArchitecture } from './one-architecture.ts'

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    variant: { type: 'string', default: 'cuda' },
    'without-nvidia': { type: 'boolean', default: false },
    architecture: { type: 'string' },
    'piece-mb': { type: 'string', default: '50' },
  },
})

/** Packages that the bundle's files import, and theirs in turn, by folder. */
function packagesOf(bundle) {
  const text = readdirSync(bundle)
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(bundle, name), 'utf8'))
    .join('\n')
  const imported = [...text.matchAll(/(?:from|import)\s*["']([^."'/][^"']*)["']/g)].map(([, name]) => name)
  const names = [...new Set(imported.map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/')))]
  // Required by name at run time.
  names.push('@tensorflow/tfjs-node-gpu', 'better-sqlite3')
  const found = new Set()
  while (names.length > 0) {
    const folder = join('node_modules', names.pop())
    const manifest = join(root, folder, 'package.json')
    if (found.has(folder) || !existsSync(manifest)) continue
    found.add(folder)
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'))
    names.push(...Object.keys(dependencies), ...Object.keys(optionalDependencies))
  }
  return [...found].filter((folder) => !builtinModules.includes(folder) && folder !== 'node_modules/electron')
}

/** Writes a compressed tar of parts of folders as numbered pieces, and their checksums to `SHA256SUMS`. */
async function tarInPieces(name, options) {
  const tar = spawn('tar', ['--dereference', '-cf', '-', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const xz = spawn('xz', ['-6', '-T0', '-c'], { stdio: [tar.stdout, 'pipe', 'inherit'] })
  const ended = [tar, xz].map((child) => new Promise((done) => child.once('exit', done)))
  const limit = Number(values['piece-mb']) * 1e6
  const sums = []
  const write = (content) => {
    const piece = `${name}.${String(sums.length).padStart(3, '0')}`
    writeFileSync(join(values.out, piece), content)
    sums.push(`${createHash('sha256').update(content).digest('hex')}  ${piece}\n`)
  }
  let waiting = Buffer.alloc(0)
  let total = 0
  for await (const chunk of xz.stdout) {
    waiting = Buffer.concat([waiting, chunk])
    total += chunk.length
    if (waiting.length < limit) continue
    write(waiting.subarray(0, limit))
    waiting = waiting.subarray(limit)
  }
  if (waiting.length > 0) write(waiting)
  const statuses = await Promise.all(ended)
  if (statuses.some((status) => status !== 0)) throw new SetupError(`tar or xz could not pack ${name}`)
  writeFileSync(join(values.out, 'SHA256SUMS'), sums.join(''), { flag: 'a' })
  note(`${name}: ${sums.length} pieces, ${bytes(total)}`)
}

/** Packs the runtime in a folder; its library of kernels from a copy that has those of one architecture only. */
async function packRuntime(folder) {
  const leftOut = values['without-nvidia'] ? nvidiaLeftOut(folder) : []
  if (!values.architecture) return tarInPieces('runtime', [...leftOut, '-C', folder, '.'])
  const library = join('deps', 'lib', 'libtensorflow_cc.so.2')
  const staging = mkdtempSync(join(tmpdir(), 'flowerbed-pack-'))
  try {
    mkdirSync(join(staging, 'deps', 'lib'), { recursive: true })
    copyFileSync(join(folder, library), join(staging, library))
    const { dropped, kept } = keepOneArchitecture(join(staging, library), Number(values.architecture))
    note(`kernels: ${bytes(kept)} kept, ${bytes(dropped)} left out`)
    const others = [`--exclude=./${library}`, ...leftOut, '-C', folder, '.']
    await tarInPieces('runtime', ['-C', staging, library, ...others])
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

/** CUDA's libraries without its runtime, which is small and of the version that TensorFlow was built with. */
function nvidiaLeftOut(folder) {
  const nvidia = join(folder, 'deps', 'nvidia')
  const parts = existsSync(nvidia) ? readdirSync(nvidia) : []
  return parts.filter((part) => part !== 'cuda_runtime').map((part) => `--exclude=./deps/nvidia/${part}`)
}

async function pack() {
  if (!values.out) throw new SetupError('Name the output folder with --out FOLDER')
  const bundle = join(root, 'out', 'main')
  if (!existsSync(join(bundle, 'cli.js')))
    throw new SetupError('The app has not been built', { hint: 'Run `npm run setup`.' })
  const runtime = installedRuntimes().find(({ variant }) => variant === values.variant)
  if (!runtime) {
    throw new SetupError(`TensorFlow (${values.variant}) is not installed here`, {
      hint: `Run: node scripts/install-runtime.mjs ${values.variant}`,
    })
  }
  mkdirSync(values.out, { recursive: true })
  writeFileSync(join(values.out, 'SHA256SUMS'), '')
  const program = ['package.json', 'src-main', 'src-shared', 'bench', 'scripts', 'tests/helpers', 'resources']
  await tarInPieces('program', [
    ...[
      '--exclude=*.map',
      '--exclude=*_test.js',
      '--exclude=*.d.ts',
      '--exclude=*.es2017.js',
      '--exclude=*.fesm.js',
      '--exclude=better-sqlite3/deps',
      '-C',
      root,
    ],
    ...[...program, 'node_modules/node/bin', 'node_modules/playwright-core', ...packagesOf(bundle)],
  ])
  await packRuntime(realpathSync(runtime.directory))
}

try {
  await pack()
} catch (error) {
  fail(error)
}
