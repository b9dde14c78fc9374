import { extname, resolve } from 'node:path'
import { Option } from 'commander'
import type { Command } from 'commander'
import { betweenNames, easingNames, paceNames } from '#shared/engine-messages.ts'
import type { ImageSource } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { decodeImages } from '../../support/decode-images.ts'
import { gridSize, writeGrid } from './latent-grid.ts'
import { strengthRange, writeShift } from './latent-shift.ts'
import type { InterpolateArguments, InterpolateOptions } from './request.ts'
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
import { checkDestination, writing } from '../../support/destination.ts'
import { followSampling } from '../../support/follow-sampling.ts'
import { answer, percent, say } from '../../support/output.ts'
import { withWorkspace } from '../../support/workspace.ts'
import { writeInterpolation } from '../../support/write-images.ts'

export function addInterpolate(program: Command): void {
  const command = program
    .command('interpolate')
    .description('interpolate in latent space: between two images, three or four, or two groups of them')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .argument(
      '<images...>',
      'two to interpolate between, three or four for --grid, or the images to change for --add',
    )
    .requiredOption('--out <file>', 'a .png, or a .gif or .webp animation of an interpolation')
    .option('--frames <count>', 'number of frames, both ends included', wholeNumberFrom(1), 9)
    .addOption(
      new Option('--mode <mode>', 'path between the latents')
        .choices([...betweenNames])
        .default(betweenNames[0]),
    )
    .addOption(
      new Option('--pace <pace>', 'place frames by equal changes between images, or evenly by the parameter')
        .choices([...paceNames])
        .default(paceNames[0]),
    )
    .addOption(
      new Option('--easing <easing>', 'how the pace develops from the first frame to the last')
        .choices([...easingNames])
        .default(easingNames[0]),
    )
    .option(
      '--grid <size>',
      'a sheet with this many rows and columns (7, or 5x9) between 3 or 4 images',
      gridSize,
    )
    .option('--add [images...]', 'change the images towards the mean of these')
    .option('--subtract [images...]', 'change the images away from the mean of these')
    .option('--add-label <label>', 'as --add, with the dataset’s images of this label')
    .option('--subtract-label <label>', 'as --subtract, with the dataset’s images of this label')
    .addOption(
      new Option('--strength <strength>', 'strength of the change, or from..to over --frames steps (-1..1.5)')
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

async function interpolate(given: InterpolateArguments): Promise<void> {
  const { options, images } = given
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
  if (grid) await writeGrid(out, { ...given, grid })
  else if (shifts) await writeShift(out, given)
  else if (images.length === 2) await interpolateTwo(out, given)
  else {
    throw new FlowerbedError('bad-input', `An interpolation is between 2 images, not ${images.length}.`, {
      hint: 'Use --grid for a sheet between 3 or 4 images, --add and --subtract to change images.',
    })
  }
}

async function interpolateTwo(
  out: string,
  { run: runId, images, options }: InterpolateArguments,
): Promise<void> {
  const { frames, mode, pace, easing, device } = options
  if (frames < 2)
    throw new FlowerbedError('bad-input', 'An interpolation has at least 2 frames.', { where: '--frames' })
  const follow = followSampling()
  await withWorkspace(
    { dataDir: options.dataDir, onEvent: follow.onEvent },
    async ({ runService, engine }) => {
      const run = runService.find(runId)
      const [a, b] = (await decodeImages(images, run.shape)) as [ImageSource, ImageSource]
      const request = {
        device,
        a,
        b,
        frames,
        ...{ mode, pace, easing },
        ...encodingFrom(options, run),
        sampling: samplingFrom(options),
      }
      const result = await follow.during(engine, (job) =>
        runService.withModel(
          run.id,
          async (model) => await engine.handlers.interpolate({ ...request, model, job }),
          options.checkpoint,
        ),
      )
      await writing(out, () => writeInterpolation(out, result.frames))
      const { reconstructionError, shares, evenness } = result
      const [errorA, errorB] = reconstructionError
      say(`${out} (reconstruction error of the two images: ${percent(errorA)} and ${percent(errorB)})`)
      say(`The largest change between frames is ${evenness.toFixed(2)} times the mean change.`)
      answer(options.json ?? false, {
        run: run.id,
        file: out,
        reconstructionError,
        ...{ pace, easing, shares, evenness },
      })
    },
  )
}
