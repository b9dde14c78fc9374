import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { NearestRequest, NearestResult } from '#shared/schemas/evaluation.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import { Dataset } from '../../datasets/packed-dataset.ts'
import { readSheet } from '../images/png.ts'
import { NearestVectors } from './nearest.ts'
import type { OnBlock } from './on-block.ts'
import { pixelRows } from './pixel-rows.ts'
import { forEachImageBlock } from './training-copies.ts'

/** Most images that are looked up and neighbours of each, which bounds the memory. */
const mostQueries = 4096
const mostNeighbours = 16

/**
 * Finds the images of a dataset that are nearest to some images, by root mean square difference of their pixels.
 * @throws FlowerbedError `bad-input` for images of another size, none or too many
 */
export async function findNearest(request: NearestRequest, onBlock: OnBlock): Promise<NearestResult> {
  const { neighbours } = request
  const images = 'path' in request.images ? await readSheet(request.images) : request.images
  const dataset = new Dataset(request.datasetDirectory, request)
  try {
    const { shape } = dataset.index
    const size = imageBytes(shape)
    if (!(images.count >= 1 && images.count <= mostQueries))
      throw new FlowerbedError(
        'bad-input',
        errorText('nearest.count', { most: mostQueries, count: images.count }),
      )
    if (images.pixels.length !== images.count * size || images.width !== shape.width)
      throw new FlowerbedError('bad-input', errorText('nearest.otherSize'))
    const k = Math.min(neighbours, dataset.count)
    if (!Number.isInteger(k) || k < 1 || k > mostNeighbours)
      throw new FlowerbedError('bad-input', errorText('nearest.neighbours', { most: mostNeighbours }))
    const queries = pixelRows(images)
    const nearest = new NearestVectors(queries, { k })
    const all = Uint32Array.from({ length: dataset.count }, (_, i) => i)
    await forEachImageBlock(dataset, all, {
      onBlock,
      visit: ({ rows, indices }, onRows) => nearest.add(rows, indices, onRows),
    })
    return {
      neighbours: k,
      indices: nearest.indices.map((index) => dataset.originalOf(index)),
      distances: Float32Array.from(nearest.squared, (each) => Math.sqrt(each / queries.size)),
    }
  } finally {
    dataset.close()
  }
}
