import { Option } from 'commander'
import type { Command } from 'commander'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { formatCount, formatPlural } from '#shared/format.ts'
import { estimateText } from '#shared/labels/evaluation.ts'
import type { CheckpointChoice, DeviceChoice, RunRecord } from '#shared/schemas/run.ts'
import { comparedCounts, comparedWidths, widthRange, widthText } from '#shared/weight-averaging.ts'
import type { AverageResult } from '#shared/weight-averaging.ts'
import { WeightAverages } from '../../../runs/weight-averages.ts'
import { followSampling } from '../../support/follow-sampling.ts'
import {
  addSamplingOptions,
  checkpointOption,
  dataDirOption,
  deviceOption,
  jsonOption,
  positiveNumber,
  checkSampling,
  samplingFrom,
  wholeNumber,
  wholeNumberFrom,
} from '../../support/options.ts'
import type { SamplingFlags } from '../../support/options.ts'
import { answer, percent, say } from '../../support/output.ts'
import { withWorkspace } from '../../support/workspace.ts'

interface Options extends SamplingFlags {
  width?: number
  choose?: boolean
  count: number
  seed: number
  checkpoint?: CheckpointChoice
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

export function addAverage(program: Command): void {
  const { min, max, default: count } = comparedCounts
  const command = program
    .command('average')
    .description('choose the width of the average of the weights, of a run trained with --set emaKind=power')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .addOption(
      new Option(
        '--width <share>',
        `standard deviation of the average as a share of the steps, from ${widthRange.min} to ${widthRange.max}`,
      ).argParser(positiveNumber),
    )
    .addOption(
      new Option(
        '--choose',
        `compare the samples of ${comparedWidths.join(', ')} with the images and take the best`,
      ),
    )
    .addOption(
      new Option('--count <count>', 'for --choose: samples of each width')
        .argParser(wholeNumberFrom(min, max))
        .default(count),
    )
    .option(
      '--seed <number>',
      'for --choose: seed of the samples and of the choice of images',
      wholeNumber,
      1,
    )
    .addOption(checkpointOption())
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(average)
  addSamplingOptions(command)
}

async function average(runId: string, options: Options): Promise<void> {
  const { width, choose = false, count, seed, device, checkpoint, json = false } = options
  if ((width === undefined) !== choose)
    throw new FlowerbedError('bad-input', errorText('cli.widthOrChoose'), { where: 'width' })
  checkSampling(options)
  const follow = followSampling()
  await withWorkspace(
    { dataDir: options.dataDir, onEvent: follow.onEvent, writes: true },
    async ({ engine, runService, store }) => {
      const run = runService.find(runId)
      const sampling = samplingFrom(options, run.config)
      const averages = new WeightAverages({
        ...{ store, runService },
        average: async (request) => await engine.handlers.average(request),
      })
      const result = await follow.during(engine, (job) =>
        averages.make(run.id, { width, count, seed, device, checkpoint, sampling, job }),
      )
      for (const line of averageLines(run, result)) say(line)
      answer(json, { run: run.id, ...result })
    },
  )
}

/** The result in words: a line for each width that was compared, and the one that was taken. */
function averageLines({ name }: RunRecord, result: AverageResult): string[] {
  const { compared, count, width, step, snapshots } = result
  const floor = compared[0]?.kernelDistance?.floor
  const taken = compared.find((one) => one.width === width)
  return [
    ...(floor
      ? [
          `Kernel distance of ${formatCount(count)} samples by width (real images: ${estimateText(floor)}):`,
          ...compared.map(
            (one) =>
              `  ${widthText(one.width)}: ${one.kernelDistance ? estimateText(one.kernelDistance) : ''}${one === taken ? '  taken' : ''}`,
          ),
          '  All from the same noise. Differences within the error mean nothing.',
        ]
      : []),
    `The checkpoint of “${name}” at step ${step} now samples with the average of width ${widthText(width)}, made of ${formatPlural(snapshots, 'snapshot')}${taken ? ` with an error of ${percent(taken.profileError)}` : ''}.`,
  ]
}
