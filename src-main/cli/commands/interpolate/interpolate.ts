import { mkdir } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { Option } from 'commander'
import type { Command } from 'commander'
import { betweenNames } from '#shared/engine-messages.ts'
import type { Between, InterpolateResult, ImageSource } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { CheckpointChoice, DeviceChoice } from '#shared/schemas/run.ts'
import { tile, writePng } from '../../../engine/images/png.ts'
import { writeAnimation } from '../../support/animation.ts'
import { decodeImages } from '../../support/decode-images.ts'
import { gridSize, writeGrid } from './latent-grid.ts'
import type { GridSize } from './latent-grid.ts'
import { strengthRange, writeShift } from './latent-shift.ts'
import type { StrengthRange } from './latent-shift.ts'
import {
  addSamplingOptions,
  addEncodingOptions,
  checkpointOption,
  dataDirOption,
  deviceOption,
  samplingFrom,
  encodingFrom,
  jsonOption,
  wholeNumberFrom,
} from '../../support/options.ts'
import type { SamplingFlags, EncodingFlags } from '../../support/options.ts'
import { checkDestination, writing } from '../../support/destination.ts'
import { followSampling } from '../../support/follow-sampling.ts'
import { answer, percent, say } from '../../support/output.ts'
import { withWorkspace } from '../../support/workspace.ts'
import { enlargement } from '../sample/sample.ts'

export interface InterpolateOptions extends SamplingFlags, EncodingFlags {
  frames: number
  mode: Between
  grid?: GridSize
  /** `true` where no image follows: as a required list it would take the next option for one. */
  add?: string[] | true
  addLabel?: string
  subtract?: string[] | true
  subtractLabel?: string
  strength: StrengthRange
  out: string
  checkpoint?: CheckpointChoice
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

/** What is asked for: of which run, with which images. */
export interface Wanted {
  run: string
  images: string[]
  options: InterpolateOptions
}

export function addInterpolate(program: Command): void {
  const command = program
    .command('interpolate')
    .description('go through latent space: between two images, three or four, or two groups of them')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .argument('<images...>', 'two for an interpolation, three or four for --grid, those to change for --add')
    .requiredOption('--out <file>', 'a .png, or a .gif or .webp animation of an interpolation')
    .option('--frames <count>', 'images on the way, ends included', wholeNumberFrom(1), 9)
    .addOption(
      new Option('--mode <mode>', 'the way between').choices([...betweenNames]).default(betweenNames[0]),
    )
    .option('--grid <size>', 'a sheet of as many rows and columns (7, or 5x9) between 3 or 4', gridSize)
    .option('--add [images...]', 'change the images towards the mean of these')
    .option('--subtract [images...]', 'and away from the mean of these')
    .option('--add-label <label>', 'the dataset’s images with this label instead')
    .option('--subtract-label <label>', 'the dataset’s images with this label instead')
    .addOption(
      new Option('--strength <strength>', 'how far, or from..to for --frames steps (-1..1.5)')
        .argParser(strengthRange)
        .default({ from: 1, to: 1 }, '1'),
    )
    .addOption(checkpointOption())
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action((run: string, images: string[], options: InterpolateOptions) =>
      interpolate({ run, images, options }),
    )
  addSamplingOptions(addEncodingOptions(command))
}

async function interpolate(wanted: Wanted): Promise<void> {
  const { options, images } = wanted
  const out = resolve(options.out)
  if (!['.png', '.gif', '.webp'].includes(extname(out))) {
    throw new FlowerbedError('bad-input', 'The file must end in .png, .gif or .webp.', { where: options.out })
  }
  const { grid, add, addLabel, subtract, subtractLabel } = options
  const shifts = [add, addLabel, subtract, subtractLabel].some((group) => group !== undefined)
  if (grid && shifts)
    throw new FlowerbedError('bad-input', 'Either --grid or --add and --subtract, not both.')
  samplingFrom(options)
  await checkDestination(out, 'file')
  if (grid) await writeGrid(out, { ...wanted, grid })
  else if (shifts) await writeShift(out, wanted)
  else if (images.length === 2) await interpolateTwo(out, wanted)
  else {
    throw new FlowerbedError('bad-input', `An interpolation is between 2 images, not ${images.length}.`, {
      hint: 'A sheet between 3 or 4 is drawn with --grid, changed images with --add and --subtract.',
    })
  }
}

async function interpolateTwo(out: string, { run: wantedRun, images, options }: Wanted): Promise<void> {
  const { frames, mode, device } = options
  if (frames < 2)
    throw new FlowerbedError('bad-input', 'An interpolation has at least 2 frames.', { where: '--frames' })
  const follow = followSampling()
  await withWorkspace(
    { dataDir: options.dataDir, onEvent: follow.onEvent },
    async ({ runService, engine }) => {
      const run = runService.find(wantedRun)
      const [a, b] = (await decodeImages(images, run.shape)) as [ImageSource, ImageSource]
      const request = {
        device,
        a,
        b,
        frames,
        mode,
        ...encodingFrom(options),
        sampling: samplingFrom(options),
      }
      const result = await follow.during(engine, (job) =>
        runService.withModel(
          run.id,
          async (model) => await engine.handlers.interpolate({ ...request, model, job }),
          options.checkpoint,
        ),
      )
      await writing(out, () => writeInterpolation(out, result))
      const [errorA, errorB] = result.reconstructionError
      say(
        `${out} (reconstruction, the two differ from the originals by ${percent(errorA)} and ${percent(errorB)})`,
      )
      answer(options.json ?? false, {
        run: run.id,
        file: out,
        reconstructionError: result.reconstructionError,
      })
    },
  )
}

/** The frames side by side, or one after the other, after the file's name. */
export async function writeInterpolation(
  out: string,
  { frames }: Pick<InterpolateResult, 'frames'>,
): Promise<void> {
  await mkdir(dirname(out), { recursive: true })
  const enlarge = enlargement(frames)
  if (out.endsWith('.png')) await writePng(out, tile(frames, frames.count), { enlarge })
  else await writeAnimation(out, frames, { enlarge })
}
