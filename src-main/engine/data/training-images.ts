import type { ImageShape } from '#shared/schemas/image.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { DatasetIndex } from '#shared/schemas/dataset.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'

/** What training reads of a dataset. */
export interface TrainingImages extends Pick<Dataset, 'count' | 'images' | 'read' | 'all'> {
  readonly index: Pick<DatasetIndex, 'shape' | 'labelOf'>
}

/** All bytes, in an order in which neighbours differ. */
const pattern = Uint8Array.from({ length: 256 }, (_, i) => i * 151)

/** Images that stand for those of a dataset which is not there yet: as many, with a pattern instead of content. */
export function placeholderImages(options: {
  shape: ImageShape
  count: number
  labelCount: number
}): TrainingImages {
  const { shape, count, labelCount } = options
  const bytes = (images: number) => Buffer.alloc(images * imageBytes(shape), pattern)
  const labelOf = Array.from({ length: count }, (_, i) => (labelCount > 0 ? i % labelCount : -1))
  return {
    count,
    index: { shape, labelOf },
    images: ({ length }) => ({ ...shape, count: length, pixels: bytes(length) }),
    read: ({ length }) => Promise.resolve(bytes(length)),
    all: () => bytes(count),
  }
}
