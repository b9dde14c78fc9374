import { resolve } from 'node:path'
import { Option } from 'commander'
import type { Command } from 'commander'
import {
  betweenNames,
  detailsNames,
  easingNames,
  keyframeLimits,
  paceNames,
} from '#shared/sampling-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { frameRate } from '#shared/schemas/image-file.ts'
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
  checkSampling,
  samplingFrom,
  encodingFrom,
  jsonOption,
  wholeNumberFrom,
} from '../../support/options.ts'
import { checkDestination } from '../../support/destination.ts'
import { followSampling } from '../../support/follow-sampling.ts'
import { answer, percent, say } from '../../support/output.ts'
import { withWorkspace } from '../../support/workspace.ts'
import { formatOf, writeAnimation } from '../../support/write-images.ts'

export function addInterpolate(program: Command): void {
  const command = program
    .command('interpolate')
    .description(
      'interpolate in latent space: along images, between three or four, or by the difference of two groups',
    )
    .argument('<run>', 'its id, the beginning of one, or latest')
    .argument(
      '<images...>',
      `${keyframeLimits.min} to ${keyframeLimits.max} to interpolate along, three or four for --grid, or the images to change for --add`,
    )
    .requiredOption(
      '--out <file>',
      'a .png, a .gif, .webp or .mp4 animation, or a new folder for a PNG of each frame',
    )
    .option('--frames <count>', 'number of frames, the first and last image included', wholeNumberFrom(1), 9)
    .addOption(
      new Option('--mode <mode>', 'path between the latents')
        .choices([...betweenNames])
        .default(betweenNames[0]),
    )
    .addOption(
      new Option(
        '--details <details>',
        'what frames between the images have for details: those of one sample, or those of the images mixed',
      )
        .choices([...detailsNames])
        .default(detailsNames[0]),
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
    .option('--closed', 'lead from the last image back to the first, as a loop')
    .option('--fps <rate>', 'frames per second of an animation', wholeNumberFrom(1), frameRate.default)
    .option('--forwards', 'play an animation forwards only, not forwards and back')
    .option(
      '--scale <times>',
      'enlarge each pixel so many times (small images to about 128)',
      wholeNumberFrom(1),
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
  const { options } = given
  const out = resolve(options.out)
  const format = formatOf(out)
  if (!format) {
    throw new FlowerbedError('bad-input', errorText('cli.unknownEnding'), { where: options.out })
  }
  const { grid, add, addLabel, subtract, subtractLabel } = options
  const shifts = [add, addLabel, subtract, subtractLabel].some((group) => group !== undefined)
  if (grid && shifts) throw new FlowerbedError('bad-input', errorText('cli.gridOrShift'))
  checkSampling(options)
  await checkDestination(out, format === 'frames' ? 'new-folder' : 'file')
  if (grid) await writeGrid(out, { ...given, grid })
  else if (shifts) await writeShift(out, given)
  else await writePath(out, given)
}

/** Generates the frames of a path through images, and writes them. */
async function writePath(out: string, { run: runId, images, options }: InterpolateArguments): Promise<void> {
  const { frames, mode, details, pace, easing, device, closed = false } = options
  const { min, max } = keyframeLimits
  if (images.length < min || images.length > max) {
    throw new FlowerbedError(
      'bad-input',
      errorText('cli.interpolationImages', { min, max, count: images.length }),
    )
  }
  if (frames < images.length) {
    throw new FlowerbedError('bad-input', errorText('cli.interpolationFrames', { count: images.length }), {
      where: '--frames',
    })
  }
  const follow = followSampling()
  await withWorkspace(
    { dataDir: options.dataDir, onEvent: follow.onEvent },
    async ({ runService, engine }) => {
      const run = runService.find(runId)
      const request = {
        device,
        images: await decodeImages(images, run.shape),
        ...{ frames, closed },
        ...{ mode, details, pace, easing },
        ...encodingFrom(options, run),
        sampling: samplingFrom(options, run.config),
      }
      const result = await follow.during(engine, (job) =>
        runService.withModel(
          run.id,
          async (model) => await engine.handlers.interpolate({ ...request, model, job }),
          options.checkpoint,
        ),
      )
      // A loop that is closed has no end to turn back at.
      const saved = await writeAnimation(
        out,
        result.frames,
        closed ? { ...options, forwards: true } : options,
      )
      const { reconstructionError, shares, evenness } = result
      say(`${out} (reconstruction error of the images: ${reconstructionError.map(percent).join(', ')})`)
      say(`The largest change between frames is ${evenness.toFixed(2)} times the mean change.`)
      answer(options.json ?? false, {
        run: run.id,
        file: out,
        ...{ files: saved.files, bytes: saved.bytes },
        reconstructionError,
        ...{ closed, pace, easing, shares, evenness },
      })
    },
  )
}
