import { samplingOf } from '#shared/schemas/sampling.ts'
import type { DirectionRequest, DirectionResult, MoveRequest } from '#shared/sampling-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { meanEncoding } from './group-mean.ts'
import { groupImages } from './image-group.ts'
import { direction, moved, rms } from './latent-arithmetic.ts'
import type { Sampler } from './sampler.ts'
import { partOf } from './sampling-jobs.ts'
import type { OnStep } from './sampling-jobs.ts'

/** The direction from one group of images to another: mean(add) − mean(subtract) of their codes, or of their latents. */
export async function findDirection(
  sampler: Sampler,
  { request, step, onStep }: { request: DirectionRequest; step: number; onStep: OnStep },
): Promise<DirectionResult> {
  const [add, subtract] = [groupImages(request.add), groupImages(request.subtract)]
  const share = add.length / (add.length + subtract.length)
  const from = await meanEncoding(sampler, subtract, { request, onStep: partOf(onStep, [0, 1 - share]) })
  const to = await meanEncoding(sampler, add, { request, onStep: partOf(onStep, [1 - share, 1]) })
  const d = direction(to, from)
  return {
    space: sampler.system.codeSize > 0 ? 'code' : 'latent',
    values: Float32Array.from(d),
    size: rms(d),
    ...{ added: add.length, subtracted: subtract.length, step },
  }
}

/**
 * Generates an image from its encoding moved along directions: of the code where there is one, whose latent stays, since
 * the details of an image are its own.
 * @throws FlowerbedError `bad-input` for numbers of another model
 */
export async function moveAlong(sampler: Sampler, request: MoveRequest, onStep: OnStep): Promise<PixelBatch> {
  const { latent, code, directions } = request
  const { codeSize } = sampler.system
  const isOwn = latent.length === imageBytes(sampler.shape) && (code?.length ?? 0) === codeSize
  const size = codeSize || latent.length
  if (!isOwn || directions.some(({ values }) => values.length !== size))
    throw new FlowerbedError('bad-input', errorText('direction.otherRun'))
  const encoding = code
    ? { values: latent, codes: moved(code, directions) }
    : { values: moved(latent, directions), codes: null }
  return await sampler.generate({ count: 1, ...encoding }, { ...samplingOf(request.sampling), onStep })
}
