import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, expect } from 'vitest'
import type { EncoderName, ImageSource } from '#shared/sampling-messages.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { resolveConfig } from '#shared/presets.ts'
import { loadTensorFlow } from '../../src-main/engine/backend/load.ts'
import { createEngine } from '../../src-main/engine/server.ts'
import { halves, packedDataset } from './dataset.ts'
import { temporaryFolder } from './folder.ts'

/** Images of the dataset. */
export const count = 520
const shape = { height: 8, width: 8, channels: 1 } as const
/** Numbers of an image. */
export const size = 64

/**
 * An engine with a small run trained before the tests of a file: even images are light on the left, odd ones on the right;
 * one label has no image. After the tests it has to have left no tensor behind.
 */
export function trainedEngine(name: string) {
  const folder = temporaryFolder(name)
  const datasetDirectory = packedDataset(join(folder.path, 'dataset'), {
    count,
    shape,
    pixel: halves(shape),
    labels: { names: ['left', 'right', 'none'], of: (image: number) => image % 2 },
  })
  let checkpoint: string | null = null
  const shares: number[] = []
  let tensorsBefore = 0
  const engine = createEngine({
    emit: (event) => {
      if (event.type === 'checkpoint') checkpoint = event.record.file
      if (event.type === 'sampling') {
        shares.push(event.share)
        if (event.job === 'cancelled') void engine.handlers.cancelSampling({ job: event.job })
      }
    },
  })
  const run = {
    runId: 'run',
    runDirectory: join(folder.path, 'run'),
    config: resolveConfig('pixel-posterior', {
      steps: 80,
      batch: 8,
      hidden: 8,
      network: 'conv',
      learningRate: 3e-3,
      sampleEvery: 0,
      checkpointEvery: 80,
    }),
  }

  beforeAll(async () => {
    loadTensorFlow({ device: 'cpu' })
    await engine.handlers.train({ ...run, datasetDirectory, device: 'cpu' })
    tensorsBefore = tf.memory().numTensors
  })
  afterAll(async () => {
    await engine.dispose()
    expect(tf.memory().numTensors).toBe(tensorsBefore)
    folder.remove()
  })

  const image = (index: number): ImageSource => ({ kind: 'dataset', datasetDirectory, index })
  return {
    ...engine.handlers,
    /** The shares that sampling has reported; a job named `cancelled` is cancelled at the first. */
    shares,
    /** What all requests have in common. */
    sampling: () => ({
      model: { ...run, shape, checkpoint },
      device: 'cpu' as const,
      sampling: { steps: 8 },
      encoder: 'posterior' as EncoderName,
    }),
    image,
    group: (...indices: number[]) => ({ kind: 'images' as const, images: indices.map(image) }),
    label: (label: string, seed = 1) => ({ kind: 'label' as const, datasetDirectory, label, seed }),
  }
}

/** Largest difference of two images, of 255: batches of another size may round otherwise. */
export const differenceOf = (a: PixelBatch, b: PixelBatch) =>
  a.pixels.reduce((most, value, k) => Math.max(most, Math.abs(value - (b.pixels[k] ?? NaN))), 0)
