import { samplingOf } from '#shared/schemas/sampling.ts'
import type { GridRequest, GridResult } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageAt } from '../images/png.ts'
import type { OnStep } from './sampling-jobs.ts'
import { latentsOf, stepsOf } from './encode.ts'
import { latentSheet } from './latents.ts'
import type { Model } from './sampler.ts'
import { differences, imagesOf } from './source-images.ts'

const side = { min: 2, max: 32 }

/** A sheet between three or four images through latent space: encode them, fill in between, draw each cell. */
export async function drawGrid(model: Model, request: GridRequest, onStep: OnStep): Promise<GridResult> {
  const { images, rows, columns, mode } = request
  if (images.length < 3 || images.length > 4)
    throw new FlowerbedError('bad-input', `A grid is between 3 or 4 images, not ${images.length}.`)
  for (const [where, count] of Object.entries({ rows, columns })) {
    if (Number.isInteger(count) && count >= side.min && count <= side.max) continue
    throw new FlowerbedError(
      'bad-input',
      `A grid has ${side.min} to ${side.max} rows and columns, not ${rows} × ${columns}.`,
      { where },
    )
  }
  const originals = imagesOf(images, model.shape)
  const steps = stepsOf(request, { encoded: images.length, drawn: rows * columns, onStep })
  const corners = await latentsOf(model, originals, { request, onStep: steps.encoding })
  const cells = await model.draw(latentSheet(corners, { shape: model.shape, rows, columns, mode }), {
    ...samplingOf(request.sampling),
    onStep: steps.sampling,
  })
  const cornerCells = [0, columns - 1, (rows - 1) * columns, rows * columns - 1]
  const reconstructionError = images.map((_, i) => {
    const [error = 0] = differences(imageAt(originals, i), imageAt(cells, cornerCells[i] ?? 0))
    return error
  })
  return { rows, columns, cells, originals, reconstructionError }
}
