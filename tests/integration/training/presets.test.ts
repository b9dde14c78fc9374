import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveConfig } from '#shared/presets.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { describeMachine } from '../../../src-main/engine/backend/machine.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { Trainer } from '../../../src-main/engine/training/trainer.ts'
import { halves, packedDataset } from '../../helpers/dataset.ts'
import { distinctPresets } from '../../helpers/distinct-presets.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('presets')
const smallShapes: ImageShape[] = [
  { height: 8, width: 8, channels: 1 },
  { height: 12, width: 20, channels: 3 },
]
const large: ImageShape = { height: 32, width: 32, channels: 4 }
/** The other presets use the networks of these two. */
const presetsOfLarge: string[] = ['pixel-posterior', 'ladder-5-observation-noise']
beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})
afterAll(() => {
  folder.remove()
})

const short: Partial<RunConfig> = {
  ...{ steps: 2, batch: 2, hidden: 8, sampleEvery: 2, sampleCount: 2, sampleSteps: 2, checkpointEvery: 2 },
  // With `auto` two programs would be built for each run, which precision.test.ts covers.
  precision: 'fp32',
}

describe.each(distinctPresets(short))('preset %s', (preset) => {
  it.each(presetsOfLarge.includes(preset) ? [...smallShapes, large] : smallShapes)(
    'trains on and samples $height × $width × $channels, and leaves no tensor behind',
    async (shape) => {
      const name = `${preset}-${shape.height}x${shape.width}x${shape.channels}`
      const datasetDirectory = packedDataset(join(folder.path, name, 'dataset'), {
        count: 6,
        shape,
        pixel: halves(shape),
      })
      const before = tf.memory().numTensors
      const trainer = new Trainer({
        request: {
          runId: name,
          runDirectory: join(folder.path, name, 'run'),
          datasetDirectory,
          config: resolveConfig(preset, short),
          device: 'cpu',
        },
        machine: describeMachine(loadTensorFlow({ device: 'cpu' })),
        emit: () => undefined,
      })
      const result = await trainer.run()
      expect(result).toMatchObject({ outcome: 'finished', step: 2 })
      for (const loss of Object.values(result.losses)) expect(loss).toSatisfy(Number.isFinite)
      expect(tf.memory().numTensors).toBe(before)
    },
  )
})
