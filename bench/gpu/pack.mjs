/**
 * Packs everything that `measure.mjs` needs into pieces, for a machine with a GPU and no network: Node, the sources of
 * the benchmarks and the command line with their packages, and a TensorFlow runtime. `unpack.sh` joins them there.
 *
 *   node bench/gpu/pack.mjs --out FOLDER [--variant cuda|cpu] [--without-nvidia] [--piece-mb 50]
 *
 * The runtime must be installed here (`node scripts/install-runtime.mjs cuda`). With --without-nvidia the CUDA
 * libraries stay out, a seventh of the size: a Python on that machine has them (site-packages/nvidia, installed with PyTorch).
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createGzip } from 'node:zlib'
import { installedRuntimes } from '../../src-main/tensorflow/installed.ts'
import { root } from '../../scripts/lib/paths.mjs'
import { SetupError, bytes, fail, note } from '../../scripts/lib/report.mjs'

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    variant: { type: 'string', default: 'cuda' },
    'without-nvidia': { type: 'boolean', default: false },
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
  names.push('@tensorflow/tfjs-node-gpu')
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

/** Writes a tar of `paths` in `folder` as numbered pieces, and their checksums to `SHA256SUMS`. */
async function tarInPieces({ name, folder, paths, options = [] }) {
  const tar = spawn('tar', ['-C', folder, ...options, '-cf', '-', ...paths], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const limit = Number(values['piece-mb']) * 1e6
  const sums = []
  let part = []
  let length = 0
  const write = () => {
    const piece = `${name}.${String(sums.length).padStart(3, '0')}`
    const content = Buffer.concat(part)
    writeFileSync(join(values.out, piece), content)
    sums.push(`${createHash('sha256').update(content).digest('hex')}  ${piece}\n`)
    part = []
    length = 0
  }
  let total = 0
  for await (const chunk of tar.stdout.pipe(createGzip({ level: 5 }))) {
    part.push(chunk)
    length += chunk.length
    total += chunk.length
    if (length >= limit) write()
  }
  if (length > 0) write()
  const status = tar.exitCode ?? (await new Promise((done) => tar.once('close', done)))
  if (status !== 0) throw new SetupError(`tar could not pack ${name}`)
  writeFileSync(join(values.out, 'SHA256SUMS'), sums.join(''), { flag: 'a' })
  note(`${name}: ${sums.length} pieces, ${bytes(total)}`)
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
  const program = ['package.json', 'src-main', 'src-shared', 'bench', 'resources/tensorflow-runtime.json']
  await tarInPieces({
    name: 'program',
    folder: root,
    paths: [...program, 'node_modules/node/bin', ...packagesOf(bundle)],
    options: ['--dereference', '--exclude=*.map', '--exclude=*_test.js'],
  })
  await tarInPieces({
    name: 'runtime',
    folder: realpathSync(runtime.directory),
    paths: ['.'],
    options: ['--dereference', ...(values['without-nvidia'] ? ['--exclude=./deps/nvidia'] : [])],
  })
}

try {
  await pack()
} catch (error) {
  fail(error)
}
