import { beforeAll, expect, it } from 'vitest'
import type { ImageShape } from '#shared/schemas/image.ts'
import { presetIds, resolveConfig } from '#shared/presets.ts'
import { trace } from '../../../src-main/engine/graph/trace.ts'
import { createSystem } from '../../../src-main/engine/model/create-model.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { stepProgram } from '../../../src-main/engine/training/step-program.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

// tfjs's gradients with one operation per image made graphs of large batches take minutes to load.
it.each(presetIds)('a step of %s has as many operations for many images as for few', (preset) => {
  const shape: ImageShape = { height: 16, width: 16, channels: 3 }
  const operations = (batch: number) => {
    const config = resolveConfig(preset, { batch })
    return trace(stepProgram({ system: createSystem({ config, shape }), config, shape })).nodes.length
  }
  expect(operations(24)).toBe(operations(8))
})
