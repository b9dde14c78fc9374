import { Option } from 'commander'
import type { Command } from 'commander'
import { solverNames } from '#shared/schemas/sampling.ts'
import type { SolverName } from '#shared/schemas/sampling.ts'
import type { Precision } from '#shared/schemas/run-config.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { benchCase, benchNetworks } from '../cases/networks.ts'
import type { BenchNetwork } from '../cases/networks.ts'
import { timedSample } from '../cases/sample.ts'
import { summarize } from '../summary.ts'
import { loadTensorFlow } from '../../src-main/engine/backend/load.ts'
import { checkInterrupted } from '../../src-main/cli/support/interrupt.ts'
import { deviceOption, jsonOption, wholeNumberFrom } from '../../src-main/cli/support/options.ts'
import { answer, bytes, say } from '../../src-main/cli/support/output.ts'

export interface SampleBenchOptions {
  network: BenchNetwork
  count: number
  solver: SolverName
  steps: number
  precision: Precision
  repeats: number
  device: DeviceChoice
  json?: boolean
}

export function addSample(program: Command): void {
  const count = wholeNumberFrom(1)
  program
    .command('sample')
    .description('time the sampling of images')
    .addOption(
      new Option('--network <network>', 'which network samples').choices(benchNetworks).default('default-64'),
    )
    .option('--count <count>', 'images per repeat', count, 64)
    .addOption(new Option('--solver <solver>', 'ODE solver').choices([...solverNames]).default('euler'))
    .option('--steps <count>', 'steps of the solver', count, 20)
    .addOption(
      new Option('--precision <precision>', 'precision of matrix products and convolutions')
        .choices(['fp32', 'bf16'])
        .default('fp32'),
    )
    .option('--repeats <count>', 'repeats; the result is their median', count, 5)
    .addOption(deviceOption())
    .addOption(jsonOption())
    .action(benchSample)
}

/** Times the sampling of images from noise. */
export async function benchSample(options: SampleBenchOptions): Promise<void> {
  const { network, count, solver, steps, precision, repeats, json = false } = options
  const { deviceName } = loadTensorFlow({ device: options.device })
  await checkInterrupted()
  const sampling = timedSample(benchCase(network), { count, solver, steps, precision })
  await sampling.time(1)
  const times: number[] = []
  const before = process.cpuUsage()
  for (let i = 0; i < repeats; i++) {
    await checkInterrupted()
    times.push(await sampling.time(1))
    say(`${i + 1} of ${repeats}: ${((times[i] ?? NaN) / 1000).toFixed(2)} s`)
  }
  const ms = summarize(times)
  const { user, system } = process.cpuUsage(before)
  const evaluations = sampling.evaluations()
  const result = {
    ...{ network, device: deviceName, count, solver, steps, precision, evaluations },
    msPerImage: ms.median / count,
    /** Processor time, the mean over the repeats: other work on the machine disturbs it least. */
    processorMsPerImage: (user + system) / 1000 / (count * repeats),
    spread: ms,
    /** Evaluations of the network on one image each, a second. */
    evaluationsPerSecond: (count * evaluations * 1000) / ms.median,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  }
  say(
    `${network} on ${deviceName}: ${count} images by ${solver} in ${(ms.median / 1000).toFixed(2)} s ` +
      `(${(ms.min / 1000).toFixed(2)} to ${(ms.max / 1000).toFixed(2)}), ${result.msPerImage.toFixed(1)} ms each, ` +
      `${result.processorMsPerImage.toFixed(1)} ms of processor time, ` +
      `${result.evaluationsPerSecond.toFixed(0)} evaluations a second, ${bytes(result.peakMemoryBytes)}`,
  )
  await sampling.dispose()
  answer(json, result)
}
