import type { ImageShape } from '#shared/schemas/image.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import { toImages } from '../data/batches.ts'
import { principalComponents } from '../evaluation/principal-components.ts'
import { products } from '../evaluation/rows.ts'
import type { Rows } from '../evaluation/rows.ts'

/** Numbers that an image is projected to, and images that the directions are measured with. */
const numbersAtMost = 64
const measuredImages = 4096
/** Most averages of square cells that principal components are computed of. */
const cellsAtMost = 800

/** The cell of each value of an image, and what the value counts in it, so that the projection to cells is orthonormal. */
interface Cells {
  count: number
  of: Int32Array
  weights: Float32Array
}

/**
 * Orthonormal directions in which images vary most: principal components of their averages over cells of a few pixels. A
 * row of standard normal noise that is projected to them is standard normal.
 * @returns the directions as rows `[numbers, values of an image]`
 */
export function imageDirections(dataset: Dataset, indices: Uint32Array): Rows {
  const { shape } = dataset.index
  const cells = cellsOf(shape)
  const count = Math.min(measuredImages, indices.length)
  const images = Array.from(
    { length: count },
    (_, i) => indices[Math.floor((i * indices.length) / count)] ?? 0,
  )
  const { directions } = principalComponents(averages(dataset, { images, cells }), numbersAtMost)
  const size = imageBytes(shape)
  const values = new Float32Array(directions.count * size)
  for (let k = 0; k < directions.count; k++)
    for (let i = 0; i < size; i++)
      values[k * size + i] =
        (directions.values[k * cells.count + (cells.of[i] ?? 0)] ?? 0) * (cells.weights[i] ?? 0)
  return { count: directions.count, size, values }
}

/** Coordinates of some images along directions: `[images, numbers]`. */
export function projected(dataset: Dataset, images: ArrayLike<number>, directions: Rows): Float32Array {
  const { count, pixels } = dataset.images(images)
  return products({ count, size: directions.size, values: toImages(pixels) }, directions)
}

/** The smallest square cells of which an image has few enough. */
function cellsOf({ height, width, channels }: ImageShape): Cells {
  let side = 1
  const across = (length: number) => Math.ceil(length / side)
  while (across(height) * across(width) * channels > cellsAtMost) side++
  const count = across(height) * across(width) * channels
  const of = Int32Array.from({ length: height * width * channels }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels]
    const [row, column] = [Math.floor(pixel / width), pixel % width]
    const cell = Math.floor(row / side) * across(width) + Math.floor(column / side)
    return cell * channels + channel
  })
  const sizes = new Float32Array(count)
  for (const cell of of) sizes[cell] = (sizes[cell] ?? 0) + 1
  return { count, of, weights: Float32Array.from(of, (cell) => 1 / Math.sqrt(sizes[cell] ?? 1)) }
}

function averages(dataset: Dataset, { images, cells }: { images: number[]; cells: Cells }): Rows {
  const values = new Float32Array(images.length * cells.count)
  images.forEach((image, row) => {
    const { pixels } = dataset.images([image])
    for (let i = 0; i < pixels.length; i++) {
      const cell = row * cells.count + (cells.of[i] ?? 0)
      values[cell] = (values[cell] ?? 0) + ((pixels[i] ?? 0) / 255) * (cells.weights[i] ?? 0)
    }
  })
  return { count: images.length, size: cells.count, values }
}
