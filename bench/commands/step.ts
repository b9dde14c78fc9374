import { Option } from 'commander'
import type { Command } from 'commander'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { Precision } from '#shared/schemas/run-config.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { benchCase, benchNetworks } from '../cases/networks.ts'
import type { BenchChanges, BenchNetwork } from '../cases/networks.ts'
import { timeBoth, timedMatMul, timedStep } from '../cases/step.ts'
import type { Timed, Timing } from '../cases/step.ts'
import { summarize } from '../summary.ts'
import type { Summary } from '../summary.ts'
import { loadTensorFlow } from '../../src-main/engine/backend/load.ts'
import type { Baseline, BaselineTiming } from '../baselines/baseline.ts'
import { startElectronBaseline } from '../baselines/electron.ts'
import { checkInterrupted, wasInterrupted } from '../../src-main/cli/support/interrupt.ts'
import {
  collectSettings,
  deviceOption,
  imageSize,
  jsonOption,
  wholeNumberFrom,
} from '../../src-main/cli/support/options.ts'
import { answer, say } from '../../src-main/cli/support/output.ts'
import { benchWorkers } from './step-workers.ts'
import { startTorchBaseline, torchVariantsFor, variantName } from '../baselines/torch.ts'
import type { TorchBaseline } from '../baselines/torch.ts'

export interface StepOptions {
  network: BenchNetwork
  set: Record<string, string>
  imageSize?: number
  steps?: number
  repeats: number
  against?: 'torch' | 'electron'
  python?: string
  device: DeviceChoice
  fed?: boolean
  fused?: boolean
  workers?: number
  precision: Precision
  json?: boolean
}

const repeatSeconds = 5

export function addStep(program: Command): void {
  const count = wholeNumberFrom(1)
  program
    .command('step')
    .description('time training steps')
    .addOption(
      new Option('--network <network>', 'what to train').choices(benchNetworks).default('small-unets'),
    )
    .option('--set <key=value>', 'change a setting of the run, for example batch=256', collectSettings, {})
    .option('--image-size <pixels>', 'width and height of the images', imageSize)
    .addOption(
      new Option('--precision <precision>', 'precision of matrix products and convolutions')
        .choices(['fp32', 'bf16'])
        .default('fp32'),
    )
    .option('--fed', 'feed each step its images, as when they do not fit on the device')
    .option('--fused', 'have XLA compile the step, as in long runs on a GPU')
    .option(
      '--workers <count>',
      'time this many processes that share the cores in turns with one that has all of them',
      wholeNumberFrom(2),
    )
    .option('--steps <count>', `steps per repeat (default: about ${repeatSeconds} seconds of them)`, count)
    .option('--repeats <count>', 'repeats; the result is their median', count, 7)
    .addOption(
      new Option(
        '--against <baseline>',
        'time this baseline in turns: PyTorch, or the same step in a utility process of Electron',
      ).choices(['torch', 'electron']),
    )
    .option('--python <path>', 'a Python with torch installed, for --against torch')
    .addOption(deviceOption())
    .addOption(jsonOption())
    .action(benchStep)
}

/** Times training steps, the machine's limit and, if asked, a baseline, in turns. */
export async function benchStep(options: StepOptions): Promise<void> {
  const { network, repeats, workers } = options
  checkBaseline(options)
  if (workers !== undefined) {
    const { steps, json = false } = options
    await benchWorkers({ workers, network, changes: changesOf(options), steps, repeats, json })
    return
  }
  const { device, deviceName } = loadTensorFlow({ device: options.device })
  await checkInterrupted()
  const changes = changesOf(options)
  const step = timedStep(benchCase(network, changes), options)
  const limit = timedMatMul()
  const first = await warmUp(step)
  await checkInterrupted()
  await warmUp(limit)
  const calls = options.steps ?? Math.max(1, Math.round((repeatSeconds * 1000) / first))
  const baseline = await startTimedBaseline(options, { device, changes, calls })
  const ours: Timing[] = []
  const theirs: BaselineTiming[] = []
  const limits: number[] = []
  const outside: number[] = []
  const input: number[] = []
  for (let i = 0; i < repeats; i++) {
    await checkInterrupted()
    // In turns, so that a slow minute of the machine affects all of them.
    ours.push(await timeBoth(step, calls))
    const { outsideMs, inputMs } = step.times()
    outside.push(outsideMs)
    input.push(inputMs)
    if (baseline) theirs.push(await baseline.process.time(calls))
    limits.push(await limit.time(3))
    const theirTime = baseline ? `, ${baseline.name} ${theirs[i]?.ms.toFixed(1)} ms` : ''
    say(`${i + 1} of ${repeats}: ${ours[i]?.ms.toFixed(1)} ms${theirTime}`)
  }
  const ms = summarize(ours.map((timing) => timing.ms))
  const peak = summarize(limits.map((each) => (limit.gflop / each) * 1000))
  const result = {
    network,
    precision: options.precision,
    ...changes,
    device: deviceName,
    msPerStep: ms.median,
    spread: ms,
    processorMsPerStep: summarize(ours.map((timing) => timing.processorMs)).median,
    /** Outside TensorFlow's call, and the part of that for the images. */
    outsideMs: summarize(outside).median,
    inputMs: summarize(input).median,
    inputShare: summarize(input.map((each, i) => each / (ours[i]?.ms ?? NaN))).median,
    parameters: step.parameters,
    gflopPerStep: step.gflop,
    gflops: (step.gflop / ms.median) * 1000,
    peakGflops: peak.median,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    ...(baseline ? { against: comparison({ baseline, ours, theirs }) } : {}),
  }
  report(result)
  await step.dispose()
  await limit.dispose()
  baseline?.process.dispose()
  answer(options.json ?? false, result)
}

function changesOf({ set, imageSize, precision }: StepOptions): BenchChanges {
  return {
    settings: { precision, ...set },
    ...(imageSize === undefined ? {} : { imageSize }),
  }
}

/** Milliseconds of a call once everything is warm. */
export async function warmUp(timed: Timed): Promise<number> {
  await timed.time(3)
  return await timed.time(3)
}

/** A baseline that is timed in turns with this process. */
interface TimedBaseline {
  name: string
  /** What it reported about itself, for the result. */
  about: { baseline: string; parameters: number; threads?: number }
  process: Pick<Baseline<unknown>, 'time' | 'dispose'>
}

/** Checks the options of the baseline before anything is started. @throws FlowerbedError `bad-input` */
function checkBaseline({ against, python, set, imageSize }: StepOptions): void {
  if (against !== 'torch') return
  if (!python)
    throw new FlowerbedError(
      'bad-input',
      '--against torch needs a Python with torch: name it with --python.',
      { where: '--python' },
    )
  if (imageSize !== undefined || Object.keys(set).length > 0) {
    throw new FlowerbedError(
      'bad-input',
      'The PyTorch baseline has the networks with their default settings only.',
      {
        where: '--against torch',
        hint: 'Leave out --set and --image-size.',
      },
    )
  }
}

async function startTimedBaseline(
  { against, python, network, precision }: StepOptions,
  { device, changes, calls }: { device: 'cpu' | 'cuda'; changes: BenchChanges; calls: number },
): Promise<TimedBaseline | null> {
  if (against === 'electron') {
    const electron = await startElectronBaseline({ network, device, changes })
    const name = `Electron ${electron.about.version}`
    return { name, about: { baseline: name, parameters: electron.about.parameters }, process: electron }
  }
  return against && python
    ? await bestTorch({ python, network, precision, device, calls: Math.max(1, calls >> 2) })
    : null
}

/** The fastest variant of the PyTorch baseline; the others are ended. A variant that fails is left out. */
async function bestTorch(options: {
  python: string
  network: BenchNetwork
  precision: Precision
  device: 'cpu' | 'cuda'
  calls: number
}): Promise<TimedBaseline> {
  const { calls, ...rest } = options
  const tried: { baseline: TorchBaseline; name: string; ms: number }[] = []
  for (const variant of torchVariantsFor(rest.device)) {
    try {
      const baseline = await startTorchBaseline({ ...rest, variant })
      const ms = summarize([(await baseline.time(calls)).ms, (await baseline.time(calls)).ms]).min
      const name = `PyTorch ${baseline.about.torch}, ${variantName(variant)}`
      say(`${name}: ${ms.toFixed(1)} ms`)
      tried.push({ baseline, name, ms })
    } catch (thrown) {
      // Without a torch none runs; without a compiler half of them do.
      if (tried.length === 0 || wasInterrupted()) throw thrown
      say(`${variantName(variant)}: ${toFlowerbedError(thrown).message}`)
    }
  }
  const [best, ...slower] = tried.sort((a, b) => a.ms - b.ms)
  for (const each of slower) each.baseline.dispose()
  if (!best) throw new FlowerbedError('internal', 'No variant of the PyTorch baseline runs.')
  const { threads, parameters } = best.baseline.about
  return { name: 'PyTorch', about: { baseline: best.name, threads, parameters }, process: best.baseline }
}

function comparison({
  baseline,
  ours,
  theirs,
}: {
  baseline: TimedBaseline
  ours: Timing[]
  theirs: BaselineTiming[]
}) {
  const ratio = (key: keyof Timing) =>
    summarize(ours.map((own, i) => own[key] / (theirs[i]?.[key] ?? NaN))).median
  const peakMemoryBytes = theirs.at(-1)?.peakMemoryBytes
  return {
    ...baseline.about,
    msPerStep: summarize(theirs.map(({ ms }) => ms)).median,
    ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }),
    /** Ours over theirs, pair by pair. */
    ratio: ratio('ms'),
    processorRatio: ratio('processorMs'),
  }
}

function report(result: {
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
    `${outsideMs.toFixed(2)} ms of a step are outside TensorFlow, ${inputMs.toFixed(2)} ms of them for the images ` +
      `(${(100 * inputShare).toFixed(2)} %)`,
  )
  if (against) {
    say(
      `${against.baseline}: ${against.msPerStep.toFixed(1)} ms; Flowerbed takes ${against.ratio.toFixed(2)} of its time`,
    )
  }
}
