import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { maxFrames } from '#shared/schemas/sampling.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import type { CheckpointChoice, DeviceChoice, RunRecord } from '#shared/schemas/run.ts'
import { imageAt, tile, writePng } from '../../../engine/images/png.ts'
import {
  addSamplingOptions,
  checkpointOption,
  dataDirOption,
  deviceOption,
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
import { writeStrips, writeWays } from './trajectory.ts'
import { withWorkspace } from '../../support/workspace.ts'
import type { Workspace } from '../../support/workspace.ts'

/** Images on the contact sheet at most, in whole parts. */
const sheetAtMost = 1024

interface Options extends SamplingFlags {
  count: number
  out: string
  seed: number
  temperature: number
  trajectory: number
  checkpoint?: CheckpointChoice
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

export function addSample(program: Command): void {
  const command = program
    .command('sample')
    .description('draw new images')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .requiredOption('--out <folder>', 'where the images go')
    .option('--count <count>', 'how many', wholeNumber, 16)
    .option('--seed <number>', 'other images for another number', wholeNumber, 1)
    .option('--temperature <factor>', 'how far from the prior’s mean samples start', notNegative, 1)
    .option(
      '--trajectory <frames>',
      'also write the way from noise to image, in so many frames',
      wholeNumber,
      0,
    )
    .addOption(checkpointOption())
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(sample)
  addSamplingOptions(command)
}

async function sample(wanted: string, options: Options): Promise<void> {
  const follow = followSampling()
  const { dataDir, json = false } = options
  checkAll(options)
  await checkDestination(resolve(options.out), 'folder')
  await withWorkspace({ dataDir, onEvent: follow.onEvent }, async (workspace) => {
    const run = workspace.runService.find(wanted)
    const drawn = await sampleInParts({ workspace, run, options, follow })
    const { files, sheet, trajectory } = drawn
    say(`${files.length} images and a sheet of them: ${sheet}`)
    if (trajectory) say(`their ways from noise to image: ${trajectory.animation}`)
    answer(json, { run: run.id, ...drawn })
  })
}

/** What is asked for in one part is checked by the engine, too, but only once TensorFlow is loaded. */
function checkAll(options: Options): void {
  const { count, seed, temperature, trajectory } = options
  samplingFrom(options)
  checkSelection({ count: Math.min(count, 16), seed, temperature, trajectory })
}

/** Draws and writes part after part, so that any count fits into memory. */
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
  const strips: string[] = []
  const shown: PixelBatch[] = []
  let ways: PixelBatch | null = null
  let evaluations = 0
  const most = partSize(frames)
  // Once at least: the engine is the one to refuse a count of nought.
  for (let first = 0; first === 0 || first < count; first += most) {
    const part = Math.min(most, count - first)
    const { images, ...more } = await follow.during(
      engine,
      (job) =>
        runService.withModel(
          run.id,
          async (model) =>
            await engine.handlers.sample({
              ...{ model, device, sampling: samplingFrom(options), job, save: false },
              ...{ count: part, first, seed, temperature, trajectory: frames },
            }),
          options.checkpoint,
        ),
      [first / count, (first + part) / count],
    )
    files.push(...(await writing(folder, () => writeEach(folder, images, first))))
    if (first < sheetAtMost) shown.push(images)
    evaluations += (more.evaluations * part) / count
    const { trajectory } = more
    if (trajectory) {
      ways ??= trajectory
      const enlarge = enlargement(images)
      const write = () => writeStrips({ folder, trajectory, frames, first, enlarge })
      strips.push(...(await writing(folder, write)))
    }
  }
  const sheet = await writing(folder, () => writeSheet(folder, joined(shown)))
  const all = ways
  if (!all) return { files, sheet, evaluations }
  const animation = join(folder, 'ways.webp')
  await writing(folder, () => writeWays(animation, all, frames))
  return { files, sheet, evaluations, trajectory: { files: strips, animation } }
}

/** Whole chunks of the engine, and no more frames at once than it hands over. */
function partSize(frames: number): number {
  return Math.min(256, 16 * Math.floor(maxFrames / Math.max(1, frames) / 16))
}

/** One PNG an image, numbered on from `first`. */
async function writeEach(folder: string, images: PixelBatch, first: number): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const files: string[] = []
  for (let i = 0; i < images.count; i++) {
    const file = join(folder, `image-${String(first + i + 1).padStart(4, '0')}.png`)
    await writePng(file, imageAt(images, i))
    files.push(file)
  }
  return files
}

/** A contact sheet, small images enlarged. */
async function writeSheet(folder: string, images: PixelBatch): Promise<string> {
  const sheet = join(folder, 'sheet.png')
  await writePng(sheet, tile(images), { enlarge: enlargement(images) })
  return sheet
}

function joined(batches: PixelBatch[]): PixelBatch {
  const [one] = batches as [PixelBatch]
  const pixels = Buffer.concat(batches.map((batch) => batch.pixels))
  return { ...one, count: batches.reduce((sum, { count }) => sum + count, 0), pixels }
}

/** One PNG an image and a contact sheet, small images enlarged on the sheet. */
export async function writeImages(
  folder: string,
  images: PixelBatch,
): Promise<{ files: string[]; sheet: string }> {
  return { files: await writeEach(folder, images, 0), sheet: await writeSheet(folder, images) }
}

/** How many times an image has to be enlarged to be well seen. */
export function enlargement({ width, height }: { width: number; height: number }): number {
  return Math.max(1, Math.floor(128 / Math.max(width, height)))
}
