import { Option } from 'commander'
import type { Command } from 'commander'
import { solverNames } from '#shared/schemas/sampling.ts'
import { benchNetworks } from '../cases/networks.ts'
import { benchImport } from './import.ts'
import { benchSample } from './sample.ts'
import { benchStep } from './step.ts'
import {
  collectSettings,
  deviceOption,
  imageSize,
  jsonOption,
  positiveNumber,
  wholeNumberFrom,
} from '../../src-main/cli/support/options.ts'

const count = wholeNumberFrom(1)

export function addBench(program: Command): void {
  const bench = program.command('bench').description('time this machine, alone or against others')
  bench
    .command('step')
    .description('time training steps')
    .addOption(
      new Option('--network <network>', 'what to train').choices(benchNetworks).default('small-unets'),
    )
    .option('--set <key=value>', 'another setting of the run, batch=256 for one', collectSettings, {})
    .option('--image-size <pixels>', 'width and height of the images', imageSize)
    .addOption(
      new Option('--precision <precision>', 'in what products are computed')
        .choices(['fp32', 'bf16'])
        .default('fp32'),
    )
    .option('--fed', 'give each step its images, as when they do not fit on the device')
    .option('--steps <count>', 'steps per repeat; about five seconds of them unless said', count)
    .option('--repeats <count>', 'repeats, whose median is told', count, 7)
    .addOption(
      new Option(
        '--against <baseline>',
        'time in turns with this process: PyTorch, or the same step where the app has its engine',
      ).choices(['torch', 'electron']),
    )
    .option('--python <path>', 'a Python that has torch')
    .addOption(deviceOption())
    .addOption(jsonOption())
    .action(benchStep)
  bench
    .command('sample')
    .description('time the sampling of images')
    .addOption(new Option('--network <network>', 'what draws').choices(benchNetworks).default('default-64'))
    .option('--count <count>', 'images in each repeat', count, 64)
    .addOption(new Option('--solver <solver>', 'how to draw').choices([...solverNames]).default('euler'))
    .option('--steps <count>', 'steps of the solver', count, 20)
    .option('--repeats <count>', 'repeats, whose median is told', count, 5)
    .addOption(deviceOption())
    .addOption(jsonOption())
    .action(benchSample)
  bench
    .command('import')
    .description('time the import of a folder, in turns with what sharp alone decodes')
    .argument('[folder]', 'images; without it photographs are made up, and deleted after')
    .option('--image-size <pixels>', 'width and height to learn at', imageSize, 64)
    .option('--photos <count>', 'how many photographs to make up', count, 200)
    .option('--megapixels <count>', 'their size', positiveNumber, 4)
    .option('--repeats <count>', 'repeats, whose median is told', count, 3)
    .addOption(jsonOption())
    .action(benchImport)
}
