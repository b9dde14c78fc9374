/**
 * Times the training step of the three networks beside PyTorch's, and writes what came of it, machine and all, as JSON:
 * ours in turns with PyTorch's best in fp32 (`flowerbed bench step --against torch`), then each way of PyTorch in bf16.
 *
 *   node scripts/gpu-bench/measure.mjs --out results.json [--python PYTHON] [--device cuda|cpu]
 *        [--network NAME …] [--repeats 7] [--steps N]
 *
 * Without --python ours alone. TensorFlow is the installed one, or that of FLOWERBED_TF_DIR.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'results.json' },
    python: { type: 'string' },
    device: { type: 'string', default: 'cuda' },
    network: { type: 'string', multiple: true, default: ['small-unets', 'ladder-5', 'default-64'] },
    repeats: { type: 'string', default: '7' },
    steps: { type: 'string' },
  },
})
const { python, device, repeats, steps } = values
const source = join(root, 'src-main', 'cli', 'main.ts')
const cli = existsSync(source) ? source : join(root, 'out', 'main', 'cli.js')

/** The JSON document that one of our commands answers; null when it failed, which it has told on stderr. */
function flowerbed(...args) {
  console.error(`> flowerbed ${args.join(' ')}`)
  const { stdout } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', cli, ...args, '--json'],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const last = stdout.trim().split('\n').at(-1)
  return last.startsWith('{') ? JSON.parse(last) : null
}

/** Milliseconds a step of PyTorch's own in bf16: the best of three times, by way; null where it does not run. */
async function torchBf16(network, calls) {
  const times = {}
  for (const layout of ['nchw', 'channels_last']) {
    for (const way of ['eager', 'compile']) {
      const args = ['--network', network, '--layout', layout, '--bf16']
      if (way === 'compile') args.push('--compile')
      if (device === 'cuda') args.push('--cuda')
      const child = spawn(python, [join(root, 'resources', 'bench', 'torch_peer.py'), ...args], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      // A Python without torch ends at once, and says why itself.
      child.on('error', ({ message }) => console.error(message))
      child.stdin.on('error', () => {})
      const told = []
      // The first line says what it is; each of ours asks for one more.
      for (let i = 0; i < 3; i++) child.stdin.write(`${calls}\n`)
      child.stdin.end()
      for await (const line of createInterface({ input: child.stdout })) told.push(JSON.parse(line))
      const [, ...timings] = told
      times[`${way}, ${layout}`] = timings.length > 0 ? Math.min(...timings.map(({ ms }) => ms)) : null
      console.error(`PyTorch bf16, ${network}, ${way}, ${layout}: ${times[`${way}, ${layout}`]} ms`)
    }
  }
  return times
}

const doctor = flowerbed('doctor', '--device', device)
const card = spawnSync('nvidia-smi', ['--query-gpu=name,driver_version,memory.total', '--format=csv'], {
  encoding: 'utf8',
})
const networks = {}
for (const network of values.network) {
  const fp32 = flowerbed(
    ...['bench', 'step', '--network', network, '--device', device, '--repeats', repeats],
    ...(steps ? ['--steps', steps] : []),
    ...(python ? ['--against', 'torch', '--python', python] : []),
  )
  const calls = Number(steps ?? Math.max(1, Math.round(2000 / (fp32?.msPerStep ?? 2000))))
  networks[network] = { fp32, torchBf16: python ? await torchBf16(network, calls) : null }
  // After each network, so that a machine that is taken away leaves what was measured.
  const result = { device, card: card.stdout?.trim() ?? null, doctor, networks }
  writeFileSync(values.out, `${JSON.stringify(result, null, 1)}\n`)
}
process.exitCode = Object.values(networks).every(({ fp32 }) => fp32) ? 0 : 1
