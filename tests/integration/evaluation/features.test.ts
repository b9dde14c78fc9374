import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { readSafetensors } from '../../../src-main/engine/checkpoints/safetensors.ts'
import { featureNetwork, featureParameters } from '../../../src-main/engine/evaluation/feature-network.ts'
import { FeatureExtractor } from '../../../src-main/engine/evaluation/features.ts'
import { resizeToSquare, resizeWeights } from '../../../src-main/engine/evaluation/resize-images.ts'
import { resourceFolder } from '../../../src-main/files/resources.ts'

const original = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/features.json'), 'utf8'),
) as { side: number; features: number[][] }

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

let before = 0
beforeAll(() => {
  before = tf.memory().numTensors
})
afterEach(() => expect(tf.memory().numTensors).toBe(before))

/** The images of scripts/convert-features.py, in bytes where the value of a pixel allows it. */
function testImages(side: number): Float32Array {
  const images = new Float32Array(2 * side * side * 3)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      for (let c = 0; c < 3; c++) {
        const at = (y * side + x) * 3 + c
        images[at] = 0.5 + 0.5 * Math.sin((x * (c + 1) + y * (3 - c)) / 9)
        images[side * side * 3 + at] = ((Math.floor(x / 14) + Math.floor(y / 14) + c) % 3) / 2
      }
  return images
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.sqrt(Array.from(a).reduce((sum, each, i) => sum + (each - (b[i] ?? NaN)) ** 2, 0))
const length = (a: ArrayLike<number>) => distance(a, new Float64Array(a.length))

describe('the feature network', () => {
  it('has the features that the original has in PyTorch, but for the rounding to 16 bits', () => {
    const file = join(resourceFolder('features'), 'efficientnet-lite0.safetensors')
    const { tensors } = readSafetensors(readFileSync(file), file)
    expect(Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]))).toEqual(
      featureParameters(),
    )
    const { side, features } = original
    const computed = tf.tidy(() => {
      const weights = Object.entries(tensors).map(([name, { values, shape }]) => [
        name,
        tf.tensor(values, shape),
      ])
      const x = tf.tensor4d(testImages(side), [2, side, side, 3])
      return featureNetwork(Object.fromEntries(weights) as Record<string, tf.Tensor>, x).arraySync()
    })
    computed.forEach((row, i) =>
      expect(distance(row, features[i] ?? [])).toBeLessThan(0.005 * length(features[i] ?? [])),
    )
    expect(distance(features[0] ?? [], features[1] ?? [])).toBeGreaterThan(0.2 * length(features[0] ?? []))
  })

  it('gives each image its features, whatever is computed with it', async () => {
    const shape = { height: 9, width: 12, channels: 1 } as const
    const pixels = Uint8Array.from({ length: 40 * 108 }, (_, i) => (i * i * 7) % 251)
    const extractor = new FeatureExtractor(shape)
    const shares: number[] = []
    const onBlock = (share: number) => {
      shares.push(share)
      return Promise.resolve()
    }
    const all = await extractor.features({ ...shape, count: 40, pixels }, onBlock)
    expect(shares).toEqual([0.8, 1])
    const last = await extractor.features({ ...shape, count: 1, pixels: pixels.subarray(39 * 108) }, onBlock)
    const row = all.values.subarray(39 * all.size)
    expect(distance(row, last.values)).toBeLessThan(1e-4 * length(row))
    expect(length(row)).toBeGreaterThan(0)
    extractor.dispose()
  })
})

describe('resizing', () => {
  it('keeps a constant image and the ends of a line, to larger and to smaller sizes', () => {
    for (const [from, to] of [
      [5, 12],
      [12, 5],
      [7, 7],
    ] as const) {
      const weights = resizeWeights(from, to)
      for (let j = 0; j < to; j++) {
        const column = Array.from({ length: from }, (_, i) => weights[i * to + j] ?? NaN)
        expect(column.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 6)
        // Away from the borders a line stays one; reduced, but for the sampling of the triangle.
        const at = column.reduce((sum, each, i) => sum + each * i, 0)
        const expected = ((j + 0.5) * from) / to - 0.5
        const reach = Math.max(1, from / to)
        if (expected >= reach - 1 && expected <= from - reach)
          expect(Math.abs(at - expected)).toBeLessThan(reach > 1 ? 0.02 : 1e-5)
      }
    }
  })

  it('doubles an image as bilinear resizing with half-pixel centres does', () => {
    const [resized, expected] = tf.tidy(() => {
      const x = tf.tensor4d(
        Array.from({ length: 2 * 3 * 4 * 2 }, (_, i) => (i * 5) % 7),
        [2, 3, 4, 2],
      )
      return [
        resizeToSquare(x, 12).arraySync(),
        tf.image.resizeBilinear(x, [12, 12], false, true).arraySync(),
      ]
    })
    resized.flat(3).forEach((each, i) => expect(each).toBeCloseTo(expected.flat(3)[i] ?? NaN, 5))
  })
})
