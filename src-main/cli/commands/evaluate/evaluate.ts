import { stat } from 'node:fs/promises'
import { Option } from 'commander'
import type { Command } from 'commander'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { formatCount, formatPlural } from '#shared/format.ts'
import { estimateText, evaluationFacts, extraFacts } from '#shared/labels/evaluation.ts'
import { evaluationCounts, interpolationPairs } from '#shared/schemas/evaluation.ts'
import type { EvaluationRecord } from '#shared/schemas/evaluation.ts'
import type { DatasetRecord } from '#shared/schemas/dataset.ts'
import type { CheckpointChoice, DeviceChoice, RunRecord } from '#shared/schemas/run.ts'
import { widthText } from '#shared/weight-averaging.ts'
import { Evaluations } from '../../../runs/evaluations.ts'
import { followSampling } from '../../support/follow-sampling.ts'
import { importFolder } from '../../support/import-folder.ts'
import {
  addSamplingOptions,
  checkpointOption,
  dataDirOption,
  deviceOption,
  jsonOption,
  checkSampling,
  samplingFrom,
  wholeNumber,
  wholeNumberFrom,
} from '../../support/options.ts'
import type { SamplingFlags } from '../../support/options.ts'
import { answer, duration, percent, say } from '../../support/output.ts'
import { withWorkspace } from '../../support/workspace.ts'
import type { Workspace } from '../../support/workspace.ts'

interface Options extends SamplingFlags {
  against?: string
  count: number
  seed: number
  stepsCurve?: boolean
  interpolation?: boolean
  pairs: number
  checkpoint?: CheckpointChoice
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

export function addEvaluate(program: Command): void {
  const { min, max, default: count } = evaluationCounts
  const command = program
    .command('evaluate')
    .description('measure how well samples fit the images')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .option(
      '--against <images>',
      'compare with other images than the training ones: a folder, or a dataset’s name or id',
    )
    .addOption(
      new Option('--count <count>', 'samples, and images to compare them with')
        .argParser(wholeNumberFrom(min, max))
        .default(count),
    )
    .option('--seed <number>', 'seed of the samples and of the choice of images', wholeNumber, 1)
    .option('--steps-curve', 'also measure samples of few network evaluations, and how straight paths are')
    .option('--interpolation', 'also measure interpolations between images')
    .addOption(
      new Option('--pairs <count>', 'pairs of images to interpolate between')
        .argParser(wholeNumberFrom(interpolationPairs.min, interpolationPairs.max))
        .default(interpolationPairs.default),
    )
    .addOption(checkpointOption())
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(evaluate)
  addSamplingOptions(command)
}

async function evaluate(runId: string, options: Options): Promise<void> {
  const { count, seed, stepsCurve: curve = false, device, checkpoint, json = false } = options
  const pairs = options.interpolation ? { pairs: options.pairs } : {}
  checkSampling(options)
  const follow = followSampling()
  await withWorkspace(
    { dataDir: options.dataDir, onEvent: follow.onEvent, writes: true },
    async (workspace) => {
      const { engine, runService, store } = workspace
      const run = runService.find(runId)
      const sampling = samplingFrom(options, run.config)
      const against =
        options.against === undefined ? null : await imagesToCompare(workspace, run, options.against)
      const evaluations = new Evaluations({
        ...{ store, runService },
        evaluate: async (request) => await engine.handlers.evaluate(request),
      })
      const evaluation = await follow.during(engine, (job) =>
        evaluations.evaluate(run.id, {
          ...{ against, count, seed, curve, device, checkpoint, sampling, job },
          ...pairs,
        }),
      )
      for (const line of evaluationLines(run, evaluation)) say(line)
      answer(json, { run: run.id, ...evaluation })
    },
  )
}

/** A folder is imported at the size of the run's images; anything else names a dataset. */
async function imagesToCompare(
  { store }: Workspace,
  { shape }: RunRecord,
  named: string,
): Promise<DatasetRecord> {
  const { height, width, channels } = shape
  const found = await stat(named).catch(() => null)
  if (found?.isDirectory()) {
    // A run's images have one channel or three, as import made them.
    const changes = { height, width, channels: channels === 1 ? 1 : 3 } as const
    return await importFolder({ folder: named, store, changes })
  }
  const fitting = store.datasets
    .list()
    .filter(({ id, name, replacedBy }) => id.startsWith(named) || (name === named && replacedBy === null))
  const [first] = fitting.filter(({ id }) => id === named).concat(fitting)
  if (first !== undefined && (fitting.length === 1 || first.id === named)) return first
  if (first === undefined)
    throw new FlowerbedError('not-found', errorText('dataset.notFound', { query: named }))
  throw new FlowerbedError(
    'bad-input',
    errorText('dataset.ambiguous', { query: named, count: fitting.length }),
  )
}

/** The result in words: each measure, that of real images, and a sentence. */
function evaluationLines({ name }: RunRecord, evaluation: EvaluationRecord): string[] {
  const { count, images, against, step, width, evaluations, reconstruction, curve, seconds } = evaluation
  const of = against === null ? 'of its' : `of “${against}”’s`
  const average = width === null ? '' : ` with the average of width ${widthText(width)}`
  return [
    `${formatCount(count)} samples of “${name}” at step ${step}${average} (${evaluations} network evaluations each), compared with ${formatCount(count)} ${of} ${formatPlural(images, 'image')}, in ${duration(seconds)}:`,
    ...evaluationFacts(evaluation).flatMap(({ title, value, floor, help }) => [
      `${title}: ${value} (real images: ${floor})`,
      `  ${help}`,
    ]),
    ...reconstruction.map(
      ({ encoder, images: encoded, error }) =>
        `Reconstruction error by ${encoder}: ${percent(error.value)} ± ${percent(error.error)} (RMS over ${encoded} images)`,
    ),
    ...(reconstruction.length > 0
      ? ['  How much an image changes when it is encoded and generated again.']
      : []),
    ...(curve
      ? [
          `Kernel distance by network evaluations (${curve.solver}, ${formatCount(curve.count)} samples):`,
          ...curve.points.map(
            (point) => `  ${String(point.evaluations).padStart(2)}: ${estimateText(point.kernelDistance)}`,
          ),
          '  How few evaluations are enough: where the distance stops falling.',
        ]
      : []),
    ...extraFacts(evaluation).flatMap(({ title, value, help }) => [`${title}: ${value}`, `  ${help}`]),
  ]
}
