import { drawingOf } from '#shared/schemas/sampling.ts'
import type { GridRequest, GridResult } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { pictureAt } from '../images/png.ts'
import type { OnStep } from './sampling-jobs.ts'
import { latentsOf, stepsOf } from './encode.ts'
import { latentSheet } from './latents.ts'
import type { Model } from './sampler.ts'
import { differences, picturesOf } from './source-images.ts'

const side = { min: 2, max: 32 }

/** A sheet between three or four pictures through latent space: encode them, fill in between, draw each cell. */
export async function drawGrid(model: Model, request: GridRequest, onStep: OnStep): Promise<GridResult> {
  const { pictures, rows, columns, mode } = request
  if (pictures.length < 3 || pictures.length > 4)
    throw new FlowerbedError('bad-input', `A grid is between 3 or 4 pictures, not ${pictures.length}.`)
  for (const [where, count] of Object.entries({ rows, columns })) {
    if (Number.isInteger(count) && count >= side.min && count <= side.max) continue
    throw new FlowerbedError(
      'bad-input',
      `A grid has ${side.min} to ${side.max} rows and columns, not ${rows} × ${columns}.`,
      { where },
    )
  }
  const originals = picturesOf(pictures, model.shape)
  const steps = stepsOf(request, { encoded: pictures.length, drawn: rows * columns, onStep })
  const corners = await latentsOf(model, originals, { request, onStep: steps.encoding })
  const cells = await model.draw(latentSheet(corners, { shape: model.shape, rows, columns, mode }), {
    ...drawingOf(request.drawing),
    onStep: steps.drawing,
  })
  const cornerCells = [0, columns - 1, (rows - 1) * columns, rows * columns - 1]
  const reconstructionError = pictures.map((_, i) => {
    const [error = 0] = differences(pictureAt(originals, i), pictureAt(cells, cornerCells[i] ?? 0))
    return error
  })
  return { rows, columns, cells, originals, reconstructionError }
}
