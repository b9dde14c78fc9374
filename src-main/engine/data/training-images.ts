import type { ImageShape } from '#shared/schemas/image.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { DatasetIndex } from '#shared/schemas/dataset.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'

/** What training reads of a dataset. */
export interface TrainingImages extends Pick<Dataset, 'count' | 'images' | 'read' | 'all'> {
  readonly index: Pick<DatasetIndex, 'shape' | 'labelOf'>
}

/** Images that stand for those of a dataset which is not there yet: as many, with a pattern instead of content. */
export function placeholderImages(options: {
  shape: ImageShape
  count: number
  labelCount: number
}): TrainingImages {
  const { shape, count, labelCount } = options
  const bytes = (images: number) => new Uint8Array(images * imageBytes(shape)).map((_, i) => i * patternStep)
  const labelOf = Array.from({ length: count }, (_, i) => (labelCount > 0 ? i % labelCount : -1))
  return {
    count,
    index: { shape, labelOf },
    images: ({ length }) => ({ ...shape, count: length, pixels: bytes(length) }),
    read: ({ length }) => Promise.resolve(bytes(length)),
    all: () => bytes(count),
  }
}

/** Odd, so that all bytes occur. */
const patternStep = 151
