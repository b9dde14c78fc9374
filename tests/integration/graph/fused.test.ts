import * as tf from '@tensorflow/tfjs-core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { resolveConfig } from '#shared/presets.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { createCompiledProgram } from '../../../src-main/engine/graph/compiled-program.ts'
import type { ProgramSpec, Values } from '../../../src-main/engine/graph/program.ts'
import { createSystem } from '../../../src-main/engine/model/create-model.ts'
import { uniformStream } from '../../../src-main/engine/rng.ts'
import { initialState, stepFeeds, stepProgram } from '../../../src-main/engine/training/step-program.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const shape = { height: 12, width: 8, channels: 3 } as const

// These two have every operation between them; XLA compiles each for seconds.
it.each(['auto', 'ladder-5-observation-noise'] as const)(
  'a step that XLA compiles equals one of TensorFlow’s operations: %s',
  (preset) => {
    const config = resolveConfig(preset, { hidden: 4, batch: 2, clipNorm: 0.5, precision: 'fp32' })
    const system = createSystem({ config, shape })
    const spec = stepProgram({ system, config, shape })
    const uniform = uniformStream(2, 0, 'noise')
    const pixels = Uint8Array.from({ length: 2 * 12 * 8 * 3 }, () => 256 * uniform())
    const [plain, fused] = [false, true].map((isFused) => {
      const program = createCompiledProgram(spec, { fused: isFused })
      program.write(initialState(system, config))
      const fetches = program.run({ pixels, ...stepFeeds(config, 1) })
      const state = program.read()
      const { isFused: wasFused } = program
      program.dispose()
      return { fetches, state, wasFused }
    }) as [Outcome, Outcome]

    expect([plain.wasFused, fused.wasFused]).toEqual([false, true])
    for (const [name, expected] of Object.entries(plain.fetches))
      expect(distance(fused.fetches[name]!, expected), name).toBeLessThan(1e-5)
    // The first moments are the gradients; weights move by their sign, which rounding decides near zero.
    const moments = ({ state }: Outcome) =>
      Object.entries(state).flatMap(([name, values]) => (name.startsWith('m/') ? [...values] : []))
    expect(moments(plain).length).toBeGreaterThan(1000)
    expect(distance(Float32Array.from(moments(fused)), Float32Array.from(moments(plain)))).toBeLessThan(1e-5)
  },
)

it('a program that XLA cannot compile runs by TensorFlow’s operations, with the same state', () => {
  // XLA has no gradient of the nearest neighbour.
  const spec: ProgramSpec = {
    name: 'nearest',
    state: { x: { shape: [1, 2, 2, 1], dtype: 'float32' } },
    feeds: {},
    body: ({ x }) => {
      const gradient = tf.grad((y) =>
        tf.image
          .resizeNearestNeighbor(y as Tensor4D, [6, 6])
          .square()
          .sum(),
      )(x!)
      return { fetches: { gradient }, next: { x: x!.sub(gradient.mul(0.01)) } }
    },
  }
  const program = createCompiledProgram(spec, { fused: true })
  program.write({ x: Float32Array.of(1, 2, 3, 4) })

  expect([...program.run({}).gradient!]).toEqual([18, 36, 54, 72])
  expect(program.isFused).toBe(false)
  expect(program.read().x![0]).toBeCloseTo(0.82, 6)
  program.dispose()
})

interface Outcome {
  fetches: Values
  state: Values
  wasFused: boolean
}

const norm = (values: Values[string]) => Math.hypot(...values)
/** Relative to the expected values. */
const distance = (values: Values[string], expected: Values[string]) =>
  Math.sqrt([...values].reduce((sum, value, i) => sum + (value - expected[i]!) ** 2, 0)) /
  (norm(expected) || 1)
