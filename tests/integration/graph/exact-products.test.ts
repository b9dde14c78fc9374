import * as tf from '@tensorflow/tfjs-core'
import type { Tensor2D } from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { createCompiledProgram } from '../../../src-main/engine/graph/compiled-program.ts'
import type { ProgramSpec } from '../../../src-main/engine/graph/program.ts'

beforeAll(() => loadTensorFlow({ device: 'cpu' }))

it('rounds products to 16 bits, but not what depends on the states that are exact', () => {
  const state = { shape: [1, 1], dtype: 'float32' as const }
  const spec: ProgramSpec = {
    name: 'exact',
    precision: 'fp16',
    exact: ['moment'],
    state: { weight: state, moment: state },
    feeds: {},
    body: ({ weight, moment }) => ({
      fetches: {
        rounded: tf.matMul(weight as Tensor2D, weight as Tensor2D),
        exact: tf.matMul((moment as Tensor2D).mul<Tensor2D>(1), weight as Tensor2D),
      },
      next: {},
    }),
  }
  const program = createCompiledProgram(spec)
  const value = 1 + 2 ** -13
  program.write({ weight: Float32Array.of(value), moment: Float32Array.of(value) })
  const { rounded, exact } = program.run({})
  expect(rounded![0]).toBe(1)
  expect(exact![0]).toBeCloseTo(value ** 2, 7)
  program.dispose()
})
