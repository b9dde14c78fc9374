import { samplingOf } from '#shared/schemas/sampling.ts'
import type { GridRequest, GridResult } from '#shared/sampling-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageAt } from '../images/png.ts'
import type { OnStep } from './sampling-jobs.ts'
import { latentsOf, likeSamples, stepsOf } from './encode.ts'
import { latentSheet } from './latents.ts'
import type { Sampler } from './sampler.ts'
import { differences, imagesOf } from './source-images.ts'

const sideLimits = { min: 2, max: 32 }

/** Interpolates between three or four images in latent space: encodes them, and generates each cell of a grid. */
export async function sampleGrid(
  sampler: Sampler,
  request: GridRequest,
  onStep: OnStep,
): Promise<GridResult> {
  const { images, rows, columns, mode } = request
  if (images.length < 3 || images.length > 4)
    throw new FlowerbedError('bad-input', errorText('grid.imageCount', { count: images.length }))
  for (const [where, count] of Object.entries({ rows, columns })) {
    if (Number.isInteger(count) && count >= sideLimits.min && count <= sideLimits.max) continue
    throw new FlowerbedError(
      'bad-input',
      errorText('grid.size', { min: sideLimits.min, max: sideLimits.max, rows, columns }),
      { where },
    )
  }
  const originals = imagesOf(images, sampler.shape)
  const steps = stepsOf(request, { encoded: images.length, generated: rows * columns, onStep })
  const corners = await latentsOf(sampler, originals, { request, onStep: steps.encoding })
  const cells = await sampler.generate(
    latentSheet(corners, {
      shape: sampler.shape,
      rows,
      columns,
      mode,
      likeSamples: likeSamples(sampler, request),
    }),
    {
      ...samplingOf(request.sampling),
      onStep: steps.sampling,
    },
  )
  const cornerCells = [0, columns - 1, (rows - 1) * columns, rows * columns - 1]
  const reconstructionError = images.map((_, i) => {
    const [error = 0] = differences(imageAt(originals, i), imageAt(cells, cornerCells[i] ?? 0))
    return error
  })
  return { rows, columns, cells, originals, reconstructionError }
}
