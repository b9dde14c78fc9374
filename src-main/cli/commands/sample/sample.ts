import { join, resolve } from 'node:path'
import { Option } from 'commander'
import type { Command } from 'commander'
import { maxFrames } from '#shared/schemas/sampling.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import type { Precision } from '#shared/schemas/run-config.ts'
import { originText } from '#shared/sample-origin.ts'
import type { CheckpointChoice, DeviceChoice, RunRecord } from '#shared/schemas/run.ts'
import {
  addSamplingOptions,
  checkpointOption,
  dataDirOption,
  deviceOption,
  checkSampling,
  samplingFrom,
  jsonOption,
  notNegative,
  wholeNumber,
} from '../../support/options.ts'
import type { SamplingFlags } from '../../support/options.ts'
import { answer, say } from '../../support/output.ts'
import { checkDestination, writing } from '../../support/destination.ts'
import { followSampling } from '../../support/follow-sampling.ts'
import { checkSelection } from '../../support/settings.ts'
import { sampledRecord } from './sampled-record.ts'
import { OneInBackground } from '../../support/one-in-background.ts'
import { writeTrajectories, writeTrajectoryAnimation } from './trajectory.ts'
import { enlargement, writeEach, writeSheet } from '../../support/write-images.ts'
import { withWorkspace } from '../../support/workspace.ts'
import type { Workspace } from '../../support/workspace.ts'

const trajectoryFormats = ['webp', 'gif', 'mp4'] as const

/** Maximum number of images on the contact sheet, in whole parts. */
const maxSheetImages = 1024

interface Options extends SamplingFlags {
  count: number
  out: string
  seed: number
  temperature: number
  trajectory: number
  animation: (typeof trajectoryFormats)[number]
  checkpoint?: CheckpointChoice
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

export function addSample(program: Command): void {
  const command = program
    .command('sample')
    .description('sample new images')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .requiredOption('--out <folder>', 'output folder')
    .option('--count <count>', 'how many images', wholeNumber, 16)
    .option('--seed <number>', 'seed of the noise; another number gives other images', wholeNumber, 1)
    .option('--temperature <factor>', 'scale of the noise around the prior’s mean', notNegative, 1)
    .option(
      '--trajectory <frames>',
      'also write each trajectory from noise to image, with this many frames',
      wholeNumber,
      0,
    )
    .addOption(
      new Option('--animation <format>', 'how the trajectories are animated')
        .choices(trajectoryFormats)
        .default('webp'),
    )
    .addOption(checkpointOption())
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(sample)
  addSamplingOptions(command)
}

async function sample(runId: string, options: Options): Promise<void> {
  const follow = followSampling()
  const { dataDir, json = false } = options
  checkAll(options)
  await checkDestination(resolve(options.out), 'folder')
  await withWorkspace({ dataDir, onEvent: follow.onEvent }, async (workspace) => {
    const run = workspace.runService.find(runId)
    const result = await sampleInParts({ workspace, run, options, follow })
    const { files, sheet, trajectory } = result
    say(`${files.length} images and a contact sheet: ${sheet}`)
    if (trajectory) say(`trajectories from noise to image: ${trajectory.animation}`)
    answer(json, { run: run.id, ...result })
  })
}

/** Checks the options before TensorFlow is loaded; the engine checks each part again. */
function checkAll(options: Options): void {
  const { count, seed, temperature, trajectory } = options
  checkSampling(options)
  checkSelection({ count: Math.min(count, 16), seed, temperature, trajectory })
}

/** Samples and writes in parts, so that any count fits into memory. */
async function sampleInParts(given: {
  workspace: Workspace
  run: RunRecord
  options: Options
  follow: ReturnType<typeof followSampling>
}) {
  const { workspace, run, options, follow } = given
  const { engine, runService } = workspace
  const { count, seed, temperature, trajectory: frames, device } = options
  const folder = resolve(options.out)
  const files: string[] = []
  const trajectoryFiles: string[] = []
  const shown: PixelBatch[] = []
  let firstTrajectories: PixelBatch | null = null
  let evaluations = 0
  let precision: Precision = 'fp32'
  let checkpoint: string | null = null
  const sampling = samplingFrom(options, run.config)
  /** The text of images `first` and following, which were sampled in `evaluations`. */
  const originOf = (
    selection: { first: number; count: number },
    shape: ImageShape,
    cost: { evaluations: number; precision: Precision },
  ) => {
    const known = runService.checkpoints.list(run.id).find(({ file }) => file === checkpoint)
    return sampledRecord({
      ...{ run, step: known?.step ?? run.step, shape, sampling, ...cost },
      selection: { ...selection, seed, temperature },
    })
  }
  // The files of a part are written while the next one is sampled.
  const writes = new OneInBackground()
  const most = partSize(frames)
  try {
    // At least once: the engine refuses a count of zero.
    for (let first = 0; first === 0 || first < count; first += most) {
      const part = Math.min(most, count - first)
      const { images, ...more } = await follow.during(
        engine,
        (job) =>
          runService.withModel(
            run.id,
            async (model) => {
              checkpoint = model.checkpoint
              return await engine.handlers.sample({
                ...{ model, device, sampling, job, save: false },
                ...{ count: part, first, seed, temperature, trajectory: frames },
              })
            },
            options.checkpoint,
          ),
        [first / count, (first + part) / count],
      )
      precision = more.precision
      const record = originOf({ first, count: part }, images, { evaluations: more.evaluations, precision })
      const textOf = (index: number) => originText({ record, images: [index], run: run.name, checkpoint })
      await writes.begin(async () => {
        files.push(...(await writing(folder, () => writeEach(folder, images, { first, textOf }))))
      })
      if (first < maxSheetImages) shown.push(images)
      evaluations += (more.evaluations * part) / count
      const { trajectory } = more
      if (trajectory) {
        firstTrajectories ??= trajectory
        const enlarge = enlargement(images)
        const write = () => writeTrajectories({ folder, trajectory, frames, first, enlarge })
        trajectoryFiles.push(...(await writing(folder, write)))
      }
    }
  } finally {
    await writes.end()
  }
  const batches = shown as [PixelBatch, ...PixelBatch[]]
  const all = batches.reduce((sum, { count: images }) => sum + images, 0)
  const record = originOf({ first: 0, count: all }, batches[0], { evaluations, precision })
  const sheetText = (enlarge: number) => originText({ record, run: run.name, checkpoint, enlarge })
  const sheet = await writing(folder, () => writeSheet(folder, batches, sheetText))
  const animated = firstTrajectories
  if (!animated) return { files, sheet, evaluations }
  const animation = join(folder, `trajectories.${options.animation}`)
  await writing(folder, () => writeTrajectoryAnimation(animation, animated, frames))
  return { files, sheet, evaluations, trajectory: { files: trajectoryFiles, animation } }
}

/** A multiple of the engine's batches, with no more frames than one of its answers holds. */
function partSize(frames: number): number {
  return Math.min(256, 16 * Math.floor(maxFrames / Math.max(1, frames) / 16))
}
