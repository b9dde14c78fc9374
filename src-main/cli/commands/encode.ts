import { mkdir } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import type { EncoderName, SolverName } from '#contract/engine.ts'
import { FlowerbedError } from '#contract/errors.ts'
import type { CheckpointChoice, DeviceChoice } from '#contract/run.ts'
import { writeSafetensors } from '../../engine/train/safetensors.ts'
import { writeFileAtomically } from '../../files.ts'
import { decodePictures } from '../decode-pictures.ts'
import {
  checkpointOption,
  dataDirOption,
  deviceOption,
  drawStepsOption,
  encoderOption,
  jsonOption,
  solverOption,
} from '../options.ts'
import { answer, say } from '../output.ts'
import { withWorkspace } from '../workspace.ts'

interface Options {
  encoder: EncoderName
  out: string
  steps: number
  solver: SolverName
  checkpoint?: CheckpointChoice
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

export function addEncode(program: Command): void {
  program
    .command('encode')
    .description('turn pictures into latents, as a safetensors file')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .argument('<images...>', 'pictures to encode')
    .requiredOption('--out <file>', 'a .safetensors file')
    .addOption(encoderOption())
    .addOption(drawStepsOption())
    .addOption(solverOption())
    .addOption(checkpointOption())
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(encode)
}

async function encode(wanted: string, images: string[], options: Options): Promise<void> {
  const { encoder, solver, steps: solverSteps, device } = options
  const out = resolve(options.out)
  if (!out.endsWith('.safetensors'))
    throw new FlowerbedError('bad-input', 'The file must end in .safetensors.', { where: options.out })
  await withWorkspace({ dataDir: options.dataDir }, async ({ keeper, engine }) => {
    const run = keeper.find(wanted)
    const pictures = await decodePictures(images, run.shape)
    const model = keeper.modelSource(run.id, options.checkpoint)
    const request = { model, device, pictures, encoder, solver, solverSteps }
    const { latents, originals, reconstructionError } = await engine.handlers.encode(request)
    const { height, width, channels } = originals
    await mkdir(dirname(out), { recursive: true })
    const bytes = writeSafetensors({
      tensors: {
        latents: {
          dtype: 'F32',
          shape: [pictures.length, height, width, channels],
          values: latents,
        },
      },
      metadata: { run: run.id, encoder, images: JSON.stringify(images.map((path) => basename(path))) },
    })
    await writeFileAtomically(out, bytes)
    images.forEach((path, i) => {
      say(`${basename(path)}: redrawn ${((reconstructionError[i] ?? 0) * 100).toFixed(1)} % off`)
    })
    answer(options.json ?? false, { run: run.id, file: out, encoder, reconstructionError })
  })
}
