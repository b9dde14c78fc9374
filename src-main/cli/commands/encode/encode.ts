import { mkdir } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { CheckpointChoice, DeviceChoice } from '#shared/schemas/run.ts'
import { writeSafetensors } from '../../../engine/checkpoints/safetensors.ts'
import { writeFileAtomically } from '../../../files/atomic-write.ts'
import { decodeImages } from '../../support/decode-images.ts'
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
} from '../../support/options.ts'
import type { SamplingFlags, EncodingFlags } from '../../support/options.ts'
import { checkDestination, writing } from '../../support/destination.ts'
import { followSampling } from '../../support/follow-sampling.ts'
import { answer, percent, say } from '../../support/output.ts'
import { withWorkspace } from '../../support/workspace.ts'

interface Options extends SamplingFlags, EncodingFlags {
  out: string
  checkpoint?: CheckpointChoice
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

export function addEncode(program: Command): void {
  const command = program
    .command('encode')
    .description('encode images as latents in a safetensors file')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .argument('<images...>', 'images to encode')
    .requiredOption('--out <file>', 'a .safetensors file')
    .addOption(checkpointOption())
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(encode)
  addSamplingOptions(addEncodingOptions(command))
}

async function encode(runId: string, paths: string[], options: Options): Promise<void> {
  const { device } = options
  const out = resolve(options.out)
  if (!out.endsWith('.safetensors'))
    throw new FlowerbedError('bad-input', errorText('cli.notSafetensors'), { where: options.out })
  checkSampling(options)
  await checkDestination(out, 'file')
  const follow = followSampling()
  await withWorkspace(
    { dataDir: options.dataDir, onEvent: follow.onEvent },
    async ({ runService, engine }) => {
      const run = runService.find(runId)
      const sampling = samplingFrom(options, run.config)
      const images = await decodeImages(paths, run.shape)
      const encoding = encodingFrom(options, run)
      const { encoder } = encoding
      const request = { device, images, ...encoding, sampling }
      const { latents, codes, originals, reconstructionError } = await follow.during(engine, (job) =>
        runService.withModel(
          run.id,
          async (model) => await engine.handlers.encode({ ...request, model, job }),
          options.checkpoint,
        ),
      )
      const { height, width, channels } = originals
      const bytes = writeSafetensors({
        tensors: {
          latents: {
            dtype: 'F32',
            shape: [paths.length, height, width, channels],
            values: latents,
          },
          ...(codes
            ? { codes: { dtype: 'F32', shape: [paths.length, codes.length / paths.length], values: codes } }
            : {}),
        },
        metadata: {
          run: run.id,
          encoder,
          ...(encoder === 'posterior-sample' || encoder === 'code' ? { seed: String(options.seed) } : {}),
          images: JSON.stringify(paths.map((path) => basename(path))),
        },
      })
      await writing(out, async () => {
        await mkdir(dirname(out), { recursive: true })
        await writeFileAtomically(out, bytes)
      })
      paths.forEach((path, i) => {
        say(`${basename(path)}: reconstruction error ${percent(reconstructionError[i] ?? 0)}`)
      })
      answer(options.json ?? false, { run: run.id, file: out, encoder, reconstructionError })
    },
  )
}
