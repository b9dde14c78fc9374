import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatasetIndex } from '#shared/schemas/dataset.ts'
import { pictureBytes } from '#shared/schemas/image.ts'
import type { PictureShape } from '#shared/schemas/image.ts'
import { indexText } from '../../src-main/datasets/index-file.ts'

/** Writes a packed dataset whose picture i is `pixel(i, k)` at byte k, and answers its folder. */
export function packedDataset(
  directory: string,
  options: {
    count: number
    shape: PictureShape
    pixel: (picture: number, byte: number) => number
    /** Their names, and which one picture i has. */
    labels?: { names: string[]; of: (picture: number) => number }
  },
): string {
  const { count, shape, pixel, labels = { names: [], of: () => -1 } } = options
  const bytes = pictureBytes(shape)
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
    paths: Array.from({ length: count }, (_, i) => `/pictures/${i}.png`),
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

/** Two kinds of pictures, light on the left or on the right, a little different each: easy to learn. */
export const halves =
  ({ width, channels }: PictureShape) =>
  (picture: number, byte: number): number => {
    const left = Math.floor(byte / channels) % width < width / 2
    return left === (picture % 2 === 0) ? 220 - (picture % 20) : 30 + (picture % 20)
  }
