import type { ImageSource } from '#shared/sampling-messages.ts'
import { errorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import { Dataset } from '../../datasets/packed-dataset.ts'

/** The pixels of images to encode. @throws FlowerbedError `bad-input` for one that has not the run's shape */
export function imagesOf(sources: ImageSource[], shape: ImageShape): PixelBatch {
  const size = imageBytes(shape)
  const pixels = new Uint8Array(sources.length * size)
  // Each dataset is opened once: a large one's index takes a while to read.
  const open = new Map<string, Dataset>()
  try {
    sources.forEach((source, i) => pixels.set(pixelsOf(source, { shape, open }), i * size))
  } finally {
    for (const dataset of open.values()) dataset.close()
  }
  return { ...shape, count: sources.length, pixels }
}

/** Root mean square difference of each pair of images, in [0, 1]. */
export function differences(a: PixelBatch, b: PixelBatch): number[] {
  const size = imageBytes(a)
  return Array.from({ length: a.count }, (_, i) => {
    let sum = 0
    for (let k = i * size; k < (i + 1) * size; k++) sum += ((a.pixels[k] ?? 0) - (b.pixels[k] ?? 0)) ** 2
    return Math.sqrt(sum / size) / 255
  })
}

function pixelsOf(
  source: ImageSource,
  { shape, open }: { shape: ImageShape; open: Map<string, Dataset> },
): Uint8Array {
  const { width, height, channels } = shape
  const wrongSize = (reason: ErrorText) =>
    new FlowerbedError('bad-input', errorText('images.otherShape', { reason, width, height, channels }))
  if (source.kind === 'pixels') {
    const { pixels } = source
    if (pixels.length !== imageBytes(shape))
      throw wrongSize(errorText('images.bytes', { count: pixels.length }))
    return pixels
  }
  const { datasetDirectory, index } = source
  const dataset = open.get(datasetDirectory) ?? new Dataset(datasetDirectory)
  open.set(datasetDirectory, dataset)
  const own = dataset.index.shape
  if (own.width !== width || own.height !== height || own.channels !== channels)
    throw wrongSize(errorText('images.datasetShape', { ...own }))
  return dataset.images([index]).pixels
}
