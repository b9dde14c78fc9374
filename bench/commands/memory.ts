import { Option } from 'commander'
import type { Command } from 'commander'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { benchCase, benchNetworks } from '../cases/networks.ts'
import type { BenchNetwork } from '../cases/networks.ts'
import { timedStep } from '../cases/step.ts'
import { loadTensorFlow } from '../../src-main/engine/backend/load.ts'
import { memoryNeeded } from '../../src-main/engine/training/memory-estimate.ts'
import {
  collectSettings,
  deviceOption,
  imageSize,
  jsonOption,
  wholeNumberFrom,
} from '../../src-main/cli/support/options.ts'
import { answer, say } from '../../src-main/cli/support/output.ts'

export interface MemoryOptions {
  network: BenchNetwork
  set: Record<string, string>
  imageSize?: number
  steps: number
  device: DeviceChoice
  json?: boolean
}

export function addMemory(program: Command): void {
  program
    .command('memory')
    .description('compare the memory that training takes with the estimate')
    .addOption(
      new Option('--network <network>', 'what to train').choices(benchNetworks).default('small-unets'),
    )
    .option('--set <key=value>', 'change a setting of the run, for example batch=256', collectSettings, {})
    .option('--image-size <pixels>', 'width and height of the images', imageSize)
    .option('--steps <count>', 'training steps to take', wholeNumberFrom(1), 3)
    .addOption(deviceOption())
    .addOption(jsonOption())
    .action(benchMemory)
}

/**
 * Takes a few training steps and compares the peak memory of this process with the estimate by which runs are refused.
 * What `checkpointing` or `accumulate` saves is the difference of two calls: the peak of a process never falls.
 */
export async function benchMemory(options: MemoryOptions): Promise<void> {
  const { network, set, steps, device, json = false } = options
  const { deviceName } = loadTensorFlow({ device })
  const changes = options.imageSize === undefined ? {} : { imageSize: options.imageSize }
  const { config, shape, ...rest } = benchCase(network, { settings: set, ...changes })
  const estimatedBytes = memoryNeeded({ config, shape })
  const step = timedStep({ config, shape, ...rest })
  await step.time(steps)
  await step.dispose()
  const peakMemoryBytes = process.resourceUsage().maxRSS * 1024
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`
  say(
    `${network} on ${deviceName}: ${gigabytes(peakMemoryBytes)} at the peak, ${gigabytes(estimatedBytes)} estimated ` +
      `(${(estimatedBytes / peakMemoryBytes).toFixed(2)} times the peak)`,
  )
  answer(json, { network, device: deviceName, ...changes, settings: set, peakMemoryBytes, estimatedBytes })
}
