import { mkdir } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { Option } from 'commander'
import type { Command } from 'commander'
import type { EncoderName, InterpolateResult, PictureSource, SolverName } from '#contract/engine.ts'
import { FlowerbedError } from '#contract/errors.ts'
import type { CheckpointChoice, DeviceChoice } from '#contract/run.ts'
import { tile, writePng } from '../../engine/pictures/png.ts'
import { writeAnimation } from '../animation.ts'
import { decodePictures } from '../decode-pictures.ts'
import {
  checkpointOption,
  dataDirOption,
  deviceOption,
  drawStepsOption,
  encoderOption,
  jsonOption,
  solverOption,
  wholeNumber,
} from '../options.ts'
import { answer, say } from '../output.ts'
import { withWorkspace } from '../workspace.ts'
import { enlargement } from './sample.ts'

interface Options {
  frames: number
  mode: 'slerp' | 'lerp'
  encoder: EncoderName
  out: string
  steps: number
  solver: SolverName
  checkpoint?: CheckpointChoice
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

export function addInterpolate(program: Command): void {
  program
    .command('interpolate')
    .description('walk from one picture to another through latent space')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .argument('<imageA>', 'picture to start from')
    .argument('<imageB>', 'picture to arrive at')
    .requiredOption('--out <file>', 'a .png strip, or a .gif or .webp animation')
    .option('--frames <count>', 'pictures on the way, ends included', wholeNumber, 9)
    .addOption(new Option('--mode <mode>', 'the way between').choices(['slerp', 'lerp']).default('slerp'))
    .addOption(encoderOption())
    .addOption(drawStepsOption())
    .addOption(solverOption())
    .addOption(checkpointOption())
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    // eslint-disable-next-line max-params -- commander hands over one argument each
    .action((run: string, a: string, b: string, options: Options) =>
      interpolate({ run, images: [a, b] }, options),
    )
}

async function interpolate(
  wanted: { run: string; images: [string, string] },
  options: Options,
): Promise<void> {
  const out = resolve(options.out)
  if (!['.png', '.gif', '.webp'].includes(extname(out))) {
    throw new FlowerbedError('bad-input', 'The file must end in .png, .gif or .webp.', { where: options.out })
  }
  if (options.frames < 2)
    throw new FlowerbedError('bad-input', 'A walk has at least 2 frames.', { where: '--frames' })
  const { frames, mode, encoder, solver, steps: solverSteps, device } = options
  await withWorkspace({ dataDir: options.dataDir }, async ({ keeper, engine }) => {
    const run = keeper.find(wanted.run)
    const [a, b] = (await decodePictures(wanted.images, run.shape)) as [PictureSource, PictureSource]
    const result = await engine.handlers.interpolate({
      model: keeper.modelSource(run.id, options.checkpoint),
      device,
      a,
      b,
      frames,
      mode,
      encoder,
      solver,
      solverSteps,
    })
    await mkdir(dirname(out), { recursive: true })
    await writeWalk(out, result)
    const [errorA, errorB] = result.reconstructionError
    say(`${out} (redrawn, the two differ from the originals by ${percent(errorA)} and ${percent(errorB)})`)
    answer(options.json ?? false, { run: run.id, file: out, reconstructionError: result.reconstructionError })
  })
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`

/** The frames side by side, or one after the other, after the file's name. */
export async function writeWalk(out: string, { frames }: InterpolateResult): Promise<void> {
  const enlarge = enlargement(frames)
  if (out.endsWith('.png')) await writePng(out, tile(frames, frames.count), { enlarge })
  else await writeAnimation(out, frames, { enlarge })
}
