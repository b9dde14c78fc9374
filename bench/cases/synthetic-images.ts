import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatasetIndex } from '#shared/schemas/dataset.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { Dataset } from '../../src-main/datasets/packed-dataset.ts'
import { indexName, indexText, pixelsName } from '../../src-main/datasets/index-file.ts'
import { sha256 } from '../../src-main/files/atomic-write.ts'
import { uniformStream } from '../../src-main/engine/rng.ts'

/** A packed dataset of noise in a temporary folder, which `dispose` removes. */
export function syntheticImages(shape: ImageShape, count: number): { dataset: Dataset; dispose: () => void } {
  const { height, width, channels } = shape
  const uniform = uniformStream(1, 0, 'noise')
  const pixels = Uint8Array.from({ length: count * imageBytes(shape) }, () => 256 * uniform())
  const index: DatasetIndex = {
    format: 1,
    id: 'synthetic',
    shape,
    count,
    options: {
      name: 'Synthetic',
      height,
      width,
      channels: channels === 1 ? 1 : 3,
      fit: 'crop',
      labels: false,
    },
    sources: [],
    paths: Array.from({ length: count }, (_, i) => `${i}`),
    sha256: Array.from({ length: count }, (_, i) => `${i}`),
    labels: [],
    labelOf: Array.from({ length: count }, () => -1),
    problems: [],
    pixelsSha256: sha256(pixels),
  }
  const folder = mkdtempSync(join(tmpdir(), 'flowerbed-bench-'))
  writeFileSync(join(folder, pixelsName), pixels)
  writeFileSync(join(folder, indexName), indexText(index))
  const dataset = new Dataset(folder)
  return {
    dataset,
    dispose: () => {
      dataset.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
