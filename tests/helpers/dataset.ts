import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatasetIndex } from '#shared/schemas/dataset.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { indexText } from '../../src-main/datasets/index-file.ts'

/** Writes a packed dataset whose image i is `pixel(i, k)` at byte k, and answers its folder. */
export function packedDataset(
  directory: string,
  options: {
    count: number
    shape: ImageShape
    pixel: (image: number, byte: number) => number
    /** Their names, and which one image i has. */
    labels?: { names: string[]; of: (image: number) => number }
  },
): string {
  const { count, shape, pixel, labels = { names: [], of: () => -1 } } = options
  const bytes = imageBytes(shape)
  const pixels = Uint8Array.from({ length: count * bytes }, (_, k) => pixel(Math.floor(k / bytes), k % bytes))
  const index: DatasetIndex = {
    format: 1,
    id: 'test',
    shape,
    count,
    options: {
      name: 'Test',
      height: shape.height,
      width: shape.width,
      channels: shape.channels === 1 ? 1 : 3,
      fit: 'crop',
      labels: false,
    },
    sources: [],
    paths: Array.from({ length: count }, (_, i) => `/images/${i}.png`),
    sha256: Array.from({ length: count }, (_, i) => String(i)),
    labels: labels.names,
    labelOf: Array.from({ length: count }, (_, i) => labels.of(i)),
    problems: [],
    pixelsSha256: createHash('sha256').update(pixels).digest('hex'),
  }
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'pixels.u8'), pixels)
  writeFileSync(join(directory, 'index.json'), indexText(index))
  return directory
}

/** Two kinds of images, light on the left or on the right, a little different each: easy to fit. */
export const halves =
  ({ width, channels }: ImageShape) =>
  (image: number, byte: number): number => {
    const left = Math.floor(byte / channels) % width < width / 2
    return left === (image % 2 === 0) ? 220 - (image % 20) : 30 + (image % 20)
  }
