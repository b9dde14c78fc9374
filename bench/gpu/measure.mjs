/**
 * Times the training step of the three networks and of PyTorch's, and writes the results and the machine as JSON:
 * ours in turns with PyTorch's fastest variant, in fp32 and in bf16 (`bench step --against torch`).
 *
 *   node bench/gpu/measure.mjs --out results.json [--python PYTHON] [--device cuda|cpu]
 *        [--network NAME …] [--repeats 7] [--steps N]
 *
 * Without --python, ours alone. TensorFlow is the installed one, or that of FLOWERBED_TF_DIR.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'results.json' },
    python: { type: 'string' },
    device: { type: 'string', default: 'cuda' },
    network: {
      type: 'string',
      multiple: true,
      default: ['small-unets', 'ladder-5', 'default-64', 'auto-28'],
    },
    repeats: { type: 'string', default: '7' },
    steps: { type: 'string' },
  },
})
const { python, device, repeats, steps } = values
const flowerbed = join(root, 'src-main', 'cli', 'main.ts')
const bench = join(root, 'bench', 'main.ts')

/** The JSON document that a command writes; null when it failed, with its error on stderr. */
function run(command, ...args) {
  console.error(`> ${command} ${args.join(' ')}`)
  const { stdout } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', command, ...args, '--json'],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const last = stdout.trim().split('\n').at(-1)
  return last.startsWith('{') ? JSON.parse(last) : null
}

const doctor = run(flowerbed, 'doctor', '--device', device)
const gpu = spawnSync('nvidia-smi', ['--query-gpu=name,driver_version,memory.total', '--format=csv'], {
  encoding: 'utf8',
})
const networks = {}
for (const network of values.network) {
  networks[network] = {}
  for (const precision of ['fp32', 'bf16']) {
    networks[network][precision] = run(
      bench,
      ...['step', '--network', network, '--precision', precision, '--device', device, '--repeats', repeats],
      ...(steps ? ['--steps', steps] : []),
      ...(python ? ['--against', 'torch', '--python', python] : []),
    )
  }
  // After each network, so that an interrupted run keeps its results.
  const result = { device, card: gpu.stdout?.trim() ?? null, doctor, networks }
  writeFileSync(values.out, `${JSON.stringify(result, null, 1)}\n`)
}
process.exitCode = Object.values(networks).every(({ fp32, bf16 }) => fp32 && bf16) ? 0 : 1
