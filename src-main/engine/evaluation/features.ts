import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import { resourceFolder } from '../../files/resources.ts'
import { readSafetensors } from '../checkpoints/safetensors.ts'
import { toImages } from '../data/batches.ts'
import { createProgram } from '../graph/create-program.ts'
import type { Program, ProgramSpec } from '../graph/program.ts'
import { featureNetwork, featureParameters, featureSide, featureSize } from './feature-network.ts'
import type { OnBlock } from './on-block.ts'
import { resizeToSquare } from './resize-images.ts'
import type { Rows } from './rows.ts'

/** Images in one call: about 60 MB of intermediate values. */
const imagesPerCall = 32

/** Images of a shape → features, as a program over the network's weights. */
export function featureProgram({ height, width, channels }: ImageShape, count: number): ProgramSpec {
  return {
    name: 'features',
    state: Object.fromEntries(
      Object.entries(featureParameters()).map(([name, shape]) => [name, { shape, dtype: 'float32' }]),
    ),
    feeds: { x: { shape: [count, height, width, channels], dtype: 'float32' } },
    body: (weights, { x }) => {
      const square = resizeToSquare(x as Tensor4D, featureSide)
      return { fetches: { features: featureNetwork(weights, toColour(square)) }, next: {} }
    },
  }
}

/** Grey is repeated, transparency is left out. */
function toColour(x: Tensor4D): Tensor4D {
  const [n, height, width, channels] = x.shape
  if (channels === 1) return tf.tile(x, [1, 1, 1, 3])
  return channels === 3 ? x : tf.slice(x, [0, 0, 0, 0], [n, height, width, 3])
}

/** Computes the features that images are compared in. Owns its program, which `dispose` frees. */
export class FeatureExtractor {
  private readonly program: Program
  private readonly shape: ImageShape

  /** @throws FlowerbedError `not-found` or `corrupt` where the installed weights cannot be read */
  constructor({ height, width, channels }: ImageShape) {
    this.shape = { height, width, channels }
    const file = join(resourceFolder('features'), 'efficientnet-lite0.safetensors')
    const { tensors } = readSafetensors(readFileSync(file), file)
    this.program = createProgram(featureProgram(this.shape, imagesPerCall))
    this.program.write(
      Object.fromEntries(Object.entries(tensors).map(([name, { values }]) => [name, values])),
    )
  }

  /** One row of `featureSize` numbers an image; `onBlock` is awaited between calls. */
  async features({ count, pixels }: PixelBatch, onBlock: OnBlock): Promise<Rows> {
    const size = imageBytes(this.shape)
    const values = new Float32Array(count * featureSize)
    for (let first = 0; first < count; first += imagesPerCall) {
      const images = Math.min(imagesPerCall, count - first)
      const x = new Float32Array(imagesPerCall * size)
      x.set(toImages(pixels.subarray(first * size, (first + images) * size)))
      const { features } = this.program.run({ x })
      values.set((features as Float32Array).subarray(0, images * featureSize), first * featureSize)
      await onBlock((first + images) / count)
    }
    return { count, size: featureSize, values }
  }

  dispose(): void {
    this.program.dispose()
  }
}
