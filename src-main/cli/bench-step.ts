import { FlowerbedError } from '#contract/errors.ts'
import type { DeviceChoice } from '#contract/run.ts'
import { benchCase } from '../engine/bench/networks.ts'
import type { BenchNetwork } from '../engine/bench/networks.ts'
import { timedMatMul, timedStep } from '../engine/bench/step.ts'
import type { Timed } from '../engine/bench/step.ts'
import { summarize } from '../engine/bench/summary.ts'
import type { Summary } from '../engine/bench/summary.ts'
import { loadTensorFlow } from '../engine/runtime/load.ts'
import { answer, say } from './output.ts'
import { startTorchPeer, torchVariants, variantName } from './torch-peer.ts'
import type { TorchPeer, TorchVariant } from './torch-peer.ts'

export interface StepOptions {
  network: BenchNetwork
  steps?: number
  repeats: number
  against?: 'torch'
  python?: string
  device: DeviceChoice
  json?: boolean
  imageSize?: number
  fed?: boolean
  set: Record<string, string>
}

const repeatSeconds = 5

/** Times training steps, the machine's own limit and, if asked, PyTorch, in turns. */
export async function benchStep(options: StepOptions): Promise<void> {
  const { network, repeats, against, python } = options
  if (against && !python) {
    throw new FlowerbedError('bad-input', 'Which Python has torch? Say --python.', { where: '--python' })
  }
  if (against && (options.imageSize !== undefined || Object.keys(options.set).length > 0)) {
    throw new FlowerbedError('bad-input', 'PyTorch runs the networks as they are.', {
      where: '--against',
      hint: 'Leave out --image-size and --set, or --against.',
    })
  }
  const { device, deviceName } = loadTensorFlow({ device: options.device })
  const step = timedStep(benchCase(network, options), options)
  const limit = timedMatMul()
  const first = await warmUp(step)
  await warmUp(limit)
  const calls = options.steps ?? Math.max(1, Math.round((repeatSeconds * 1000) / first))
  const peer =
    against && python ? await bestPeer({ python, network, device, calls: Math.max(1, calls >> 2) }) : null
  const ours: number[] = []
  const theirs: number[] = []
  const limits: number[] = []
  const outside: number[] = []
  const input: number[] = []
  for (let i = 0; i < repeats; i++) {
    // In turns, so that a slow minute of the machine is everybody's.
    ours.push(await step.time(calls))
    const { outsideMs, inputMs } = step.times()
    outside.push(outsideMs)
    input.push(inputMs)
    if (peer) theirs.push(await peer.process.time(calls))
    limits.push(await limit.time(3))
    say(
      `${i + 1} of ${repeats}: ${ours[i]?.toFixed(1)} ms${peer ? `, PyTorch ${theirs[i]?.toFixed(1)} ms` : ''}`,
    )
  }
  const ms = summarize(ours)
  const peak = summarize(limits.map((each) => (limit.gflop / each) * 1000))
  const result = {
    network,
    device: deviceName,
    msPerStep: ms.median,
    spread: ms,
    /** Outside of TensorFlow's call, and of that for the pictures. */
    outsideMs: summarize(outside).median,
    inputMs: summarize(input).median,
    inputShare: summarize(input.map((each, i) => each / (ours[i] ?? NaN))).median,
    parameters: step.parameters,
    gflopPerStep: step.gflop,
    gflops: (step.gflop / ms.median) * 1000,
    peakGflops: peak.median,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    ...(peer ? { against: comparison({ peer, ours, theirs }) } : {}),
  }
  tell(result)
  await step.dispose()
  await limit.dispose()
  await peer?.process.dispose()
  answer(options.json ?? false, result)
}

/** Milliseconds of a call once everything is warm. */
export async function warmUp(timed: Timed): Promise<number> {
  await timed.time(3)
  return await timed.time(3)
}

interface Peer {
  process: TorchPeer
  variant: TorchVariant
}

/** The quickest of the ways in which PyTorch can run the step; the others are ended. */
async function bestPeer(options: {
  python: string
  network: BenchNetwork
  device: 'cpu' | 'cuda'
  calls: number
}): Promise<Peer> {
  const { calls, ...rest } = options
  const tried: (Peer & { ms: number })[] = []
  for (const variant of torchVariants) {
    const started = await startTorchPeer({ ...rest, precision: 'fp32', variant })
    const ms = summarize([await started.time(calls), await started.time(calls)]).min
    say(`PyTorch ${started.about.torch}, ${variantName(variant)}: ${ms.toFixed(1)} ms`)
    tried.push({ process: started, variant, ms })
  }
  const [best, ...slower] = tried.sort((a, b) => a.ms - b.ms)
  for (const each of slower) await each.process.dispose()
  if (!best) throw new FlowerbedError('internal', 'There is no way to run PyTorch.')
  return best
}

function comparison({ peer, ours, theirs }: { peer: Peer; ours: number[]; theirs: number[] }) {
  const { torch, threads, parameters } = peer.process.about
  return {
    peer: `PyTorch ${torch}, ${variantName(peer.variant)}`,
    threads,
    parameters,
    msPerStep: summarize(theirs).median,
    /** Ours over theirs, pair by pair. */
    ratio: summarize(ours.map((ms, i) => ms / (theirs[i] ?? NaN))).median,
  }
}

function tell(result: {
  network: string
  device: string
  spread: Summary
  gflops: number
  peakGflops: number
  peakMemoryBytes: number
  outsideMs: number
  inputMs: number
  inputShare: number
  against?: ReturnType<typeof comparison>
}): void {
  const { network, device, spread, gflops, peakGflops, peakMemoryBytes, against } = result
  say(
    `${network} on ${device}: ${spread.median.toFixed(1)} ms a step (${spread.min.toFixed(1)} to ${spread.max.toFixed(1)}), ` +
      `${gflops.toFixed(0)} of ${peakGflops.toFixed(0)} GFLOP/s, ${(peakMemoryBytes / 1e9).toFixed(1)} GB`,
  )
  const { outsideMs, inputMs, inputShare } = result
  say(
    `${outsideMs.toFixed(2)} ms of a step are outside of TensorFlow, ${inputMs.toFixed(2)} ms of them for the pictures ` +
      `(${(100 * inputShare).toFixed(2)} %)`,
  )
  if (against) {
    say(
      `${against.peer}: ${against.msPerStep.toFixed(1)} ms; ours takes ${against.ratio.toFixed(2)} of its time`,
    )
  }
}
