import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { processTag } from '../../../src-main/files/process-identity.ts'
import { createProgram } from '../../../src-main/engine/graph/create-program.ts'
import type { ProgramSpec, Values } from '../../../src-main/engine/graph/program.ts'
import {
  meanPool2,
  meanSquare,
  relu,
  sumAll,
  timeEmbedding,
} from '../../../src-main/engine/model/nets/ops.ts'
import { groupNorm } from '../../../src-main/engine/model/nets/group-norm.ts'
import { resize } from '../../../src-main/engine/model/nets/resize.ts'
import { seedWords, statelessNormal, statelessUniform, uniformStream } from '../../../src-main/engine/rng.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const noise = (size: number, seed: number) => {
  const uniform = uniformStream(seed, 0, 'noise')
  return Float32Array.from({ length: size }, () => uniform() * 2 - 1)
}

/** A program without state that returns a function of x and its gradient. */
function ofX(name: string, f: (x: Tensor4D) => Tensor): ProgramSpec {
  return {
    name,
    state: {},
    feeds: { x: { shape: [2, 8, 6, 4], dtype: 'float32' } },
    body: (_, { x }) => {
      const { value, grad } = tf.valueAndGrad((input: Tensor) => sumAll(f(input as Tensor4D).square()))(x!)
      return { fetches: { y: f(x as Tensor4D), value, grad }, next: {} }
    },
  }
}

const weights = (shape: number[]) =>
  tf.tensor(
    noise(
      shape.reduce((a, b) => a * b, 1),
      7,
    ),
    shape,
  )
const operations: Record<string, (x: Tensor4D) => Tensor> = {
  relu,
  meanSquare,
  sumAll,
  meanPool2,
  conv2d: (x) => tf.conv2d(x, weights([3, 3, 4, 5]) as Tensor4D, 1, 'same'),
  conv1x1: (x) => tf.conv2d(x, weights([1, 1, 4, 2]) as Tensor4D, 1, 'same'),
  maxPool: (x) => tf.maxPool(x, 2, 2, 'valid'),
  doubled: (x) => resize(x, { height: 2 * x.shape[1], width: 2 * x.shape[2], method: 'nearest' }),
  resizeBilinear: (x) => resize(x, { height: 11, width: 7, method: 'bilinear' }),
  groupNorm1: (x) => groupNorm({ x, scale: weights([4]), shift: weights([4]), groups: 1 }),
  groupNorm2: (x) => groupNorm({ x, scale: weights([4]), shift: weights([4]), groups: 2 }),
  concatSplit: (x) => tf.concat([...tf.split(x, 2, 3).reverse(), x], 3),
  matMul: (x) => tf.matMul(x.reshape([2, 192]), weights([192, 3])),
  exponential: (x) =>
    tf
      .exp(x)
      .div(tf.sqrt(x.square().add(1)))
      .sub(tf.tanh(x)),
  mean: (x) => tf.mean(x, [1, 2]),
  leakyRelu: (x) => tf.leakyRelu(x, 0.1),
  time: (x) => timeEmbedding(tf.mean<Tensor1D>(x, [1, 2, 3]), 8),
}

describe('a compiled program', () => {
  it.each(Object.entries(operations))('equals the eager program in %s and its gradient', (name, f) => {
    const spec = ofX(name, f)
    const x = noise(2 * 8 * 6 * 4, 3)
    const [eager, compiled] = (['eager', 'compiled'] as const).map((mode) => {
      const program = createProgram(spec, { mode })
      const result = program.run({ x })
      program.dispose()
      return result
    })
    expectClose(compiled!, eager!)
  })

  it('generates the same noise for the same seed, and different noise for another', () => {
    const spec: ProgramSpec = {
      name: 'noise',
      state: {},
      feeds: { words: { shape: [2], dtype: 'int32' } },
      body: (_, { words }) => ({
        fetches: { n: statelessNormal([4000], words!), u: statelessUniform([4000], words!) },
        next: {},
      }),
    }
    const eager = createProgram(spec, { mode: 'eager' })
    const compiled = createProgram(spec, { mode: 'compiled' })
    const one = compiled.run({ words: seedWords(1, 5, 'noise') })
    expect(compiled.run({ words: seedWords(1, 5, 'noise') })).toEqual(one)
    expect(eager.run({ words: seedWords(1, 5, 'noise') })).toEqual(one)
    expect(compiled.run({ words: seedWords(1, 6, 'noise') })['n']).not.toEqual(one['n'])
    const values = [...(one['n'] as Float32Array)]
    const mean = values.reduce((a, b) => a + b) / values.length
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
    expect(Math.abs(mean)).toBeLessThan(0.06)
    expect(variance).toBeCloseTo(1, 0)
    eager.dispose()
    compiled.dispose()
  })

  it('keeps, reads and writes state, and updates all of it from the old values', () => {
    const spec: ProgramSpec = {
      name: 'swap',
      state: {
        a: { shape: [2], dtype: 'float32' },
        b: { shape: [2], dtype: 'float32' },
        n: { shape: [], dtype: 'int32' },
      },
      feeds: {},
      body: ({ a, b, n }) => ({
        fetches: { sum: a!.add(b!) },
        next: { a: b!, b: a!.mul(2), n: n!.add(tf.scalar(1, 'int32')) },
      }),
    }
    for (const mode of ['eager', 'compiled'] as const) {
      const program = createProgram(spec, { mode })
      expect(program.read()).toEqual({
        a: Float32Array.of(0, 0),
        b: Float32Array.of(0, 0),
        n: Int32Array.of(0),
      })
      program.write({ a: Float32Array.of(1, 2) })
      program.write({ b: Float32Array.of(10, 20) })
      expect(program.run({})['sum']).toEqual(Float32Array.of(11, 22))
      expect(program.run({})['sum']).toEqual(Float32Array.of(12, 24))
      expect(program.read()).toEqual({
        a: Float32Array.of(2, 4),
        b: Float32Array.of(20, 40),
        n: Int32Array.of(2),
      })
      expect(() => program.read(['c'])).toThrow(/no state “c”/)
      program.dispose()
    }
  })

  it('leaves no tensor and no file behind after many runs', () => {
    const leftovers = () =>
      readdirSync(tmpdir()).filter((name) => name.startsWith(`flowerbed-program-${processTag()}-`)).length
    const files = leftovers()
    for (const mode of ['eager', 'compiled'] as const) {
      const before = tf.memory().numTensors
      const program = createProgram(
        ofX('memory', (x) => relu(x)),
        { mode },
      )
      const x = noise(384, 1)
      program.run({ x })
      const burntIn = tf.memory().numTensors
      for (let i = 0; i < 200; i++) program.run({ x })
      expect(tf.memory().numTensors).toBe(burntIn)
      program.dispose()
      expect(tf.memory().numTensors).toBe(before)
    }
    expect(leftovers()).toBe(files)
  })

  it('refuses a body that reads a value, uses an external tensor or changes a shape, and feeds of a wrong size', () => {
    const body = (f: (x: Tensor) => Tensor): ProgramSpec => ({
      name: 'wrong',
      state: { x: { shape: [2], dtype: 'float32' } },
      feeds: { y: { shape: [2], dtype: 'float32' } },
      body: ({ x }) => ({ fetches: {}, next: { x: f(x!) } }),
    })
    expect(() => createProgram(body((x) => x.mul(x.add(1).dataSync()[0]!)))).toThrow(/reads a tensor's value/)
    const external = tf.keep(tf.relu(tf.tensor1d([1, 2])))
    expect(() => createProgram(body((x) => x.add(external)))).toThrow(/made outside/)
    external.dispose()
    expect(() => createProgram(body((x) => x.sum()))).toThrow(/declared is float32\[2\]/)
    const program = createProgram(body((x) => x))
    expect(() => program.run({})).toThrow(/needs 2 numbers as “y”/)
    expect(() => program.run({ y: new Float32Array(3) })).toThrow(/given 3/)
    program.dispose()
  })
})

function expectClose(actual: Values, expected: Values): void {
  for (const [name, values] of Object.entries(expected)) {
    const scale = Math.hypot(...values) || 1
    const distance = Math.hypot(...values.map((value, i) => value - actual[name]![i]!))
    expect(distance / scale, name).toBeLessThan(1e-5)
  }
}
