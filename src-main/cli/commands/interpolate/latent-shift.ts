import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ImageGroup } from '#shared/sampling-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { tile, writePng } from '../../../engine/images/png.ts'
import type { Store } from '../../../database/store.ts'
import { enlargement, writeAnimation } from '../../support/write-images.ts'
import { originalsFile } from './request.ts'
import type { InterpolateArguments, InterpolateOptions, StrengthRange } from './request.ts'
import { decodeImages } from '../../support/decode-images.ts'
import { checkDestination, writing } from '../../support/destination.ts'
import { followSampling } from '../../support/follow-sampling.ts'
import { invalidArgument } from '../../support/invalid-argument.ts'
import { samplingFrom, encodingFrom } from '../../support/options.ts'
import { answer, percent, say } from '../../support/output.ts'
import { withWorkspace } from '../../support/workspace.ts'

/** Parses `1`, or `-1..1.5`. */
export function strengthRange(text: string): StrengthRange {
  const [from = NaN, to = from] = text.split('..', 2).map((part) => (part.trim() === '' ? NaN : Number(part)))
  if (!Number.isFinite(from) || !Number.isFinite(to)) throw invalidArgument(errorText('cli.writeRange'))
  return { from, to }
}

/** One strength, or `frames` of them evenly from one to the other. */
function strengthsOf({ from, to }: StrengthRange, frames: number): number[] {
  if (from === to) return [from]
  if (frames < 2)
    throw new FlowerbedError('bad-input', errorText('cli.strengthFrames'), {
      where: '--frames',
    })
  return Array.from({ length: frames }, (_, i) => from + ((to - from) * i) / (frames - 1))
}

/** Changes images by the difference of two groups and writes a row for each, its original beside them. */
export async function writeShift(
  out: string,
  { run: runId, images, options }: InterpolateArguments,
): Promise<void> {
  const strengths = strengthsOf(options.strength, options.frames)
  if (!out.endsWith('.png') && images.length > 1)
    throw new FlowerbedError('bad-input', errorText('cli.animationOfOne'))
  await checkDestination(originalsFile(out), 'file')
  const follow = followSampling()
  await withWorkspace(
    { dataDir: options.dataDir, onEvent: follow.onEvent },
    async ({ runService, engine, store }) => {
      const run = runService.find(runId)
      const request = {
        device: options.device,
        images: await decodeImages(images, run.shape),
        add: await groupOf('add', { run, store, options }),
        subtract: await groupOf('subtract', { run, store, options }),
        strengths,
        ...encodingFrom(options, run),
        sampling: samplingFrom(options, run.config),
      }
      const result = await follow.during(engine, (job) =>
        runService.withModel(
          run.id,
          async (model) => await engine.handlers.shift({ ...request, model, job }),
          options.checkpoint,
        ),
      )
      const { samples, originals, reconstructionError, directionSize, added, subtracted } = result
      const enlarge = enlargement(samples)
      await writing(out, async () => {
        await mkdir(dirname(out), { recursive: true })
        if (out.endsWith('.png')) await writePng(out, tile(samples, strengths.length), { enlarge })
        else await writeAnimation(out, samples, options)
        await writePng(originalsFile(out), tile(originals, 1), { enlarge })
      })
      say(
        `${out} (mean of ${added} images minus mean of ${subtracted}; reconstruction error at most ${percent(Math.max(...reconstructionError))})`,
      )
      answer(options.json ?? false, {
        run: run.id,
        file: out,
        originals: originalsFile(out),
        strengths,
        reconstructionError,
        directionSize,
        added,
        subtracted,
      })
    },
  )
}

/** @throws FlowerbedError `bad-input` unless files or a label are given, `not-found` for a label of a deleted dataset */
async function groupOf(
  name: 'add' | 'subtract',
  { run, store, options }: { run: RunRecord; store: Store; options: InterpolateOptions },
): Promise<ImageGroup> {
  const files = options[name]
  const label = options[`${name}Label`]
  if (files && label !== undefined)
    throw new FlowerbedError('bad-input', errorText('cli.groupTwice', { option: name }))
  if (files && files !== true) return { kind: 'images', images: await decodeImages(files, run.shape) }
  if (label === undefined) {
    throw new FlowerbedError('bad-input', errorText('cli.groupMissing', { option: name }))
  }
  if (run.datasetId === null) {
    throw new FlowerbedError('not-found', errorText('cli.groupImagesDeleted', { option: name }))
  }
  const { directory } = store.datasets.get(run.datasetId)
  return { kind: 'label', datasetDirectory: directory, label, seed: options.seed }
}
