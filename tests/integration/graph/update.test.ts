import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { createProgram } from '../../../src-main/engine/graph/create-program.ts'
import type { ProgramSpec } from '../../../src-main/engine/graph/program.ts'
import { applyAdam, updateAverage } from '../../../src-main/engine/graph/optimizer-ops.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const size = 3
const vector = { shape: [size], dtype: 'float32' as const }
const scalar = { shape: [], dtype: 'float32' as const }
const [beta1, beta2, learningRate, eps, decay, share] = [0.9, 0.999, 0.1, 1e-8, 0.01, 0.25]

/** Adam with decoupled weight decay on w ↦ Σ (w − target)², and an average of w. */
const spec: ProgramSpec = {
  name: 'adam',
  state: { w: vector, m: vector, v: vector, average: vector },
  feeds: { target: vector, stepSize: scalar, epsilon: scalar },
  body: ({ w, m, v, average }, { target, stepSize, epsilon }) => {
    const gradient = w!.sub(target!).mul(2)
    const pulled = w!.sub(w!.mul(learningRate * decay))
    const next = applyAdam({ weight: pulled, m: m!, v: v! }, gradient, {
      beta1,
      beta2,
      stepSize: stepSize!,
      epsilon: epsilon!,
    })
    const mean = updateAverage(average!, next.weight, tf.scalar(share))
    return {
      fetches: { before: w!.clone(), after: next.weight },
      next: { w: next.weight, m: next.m, v: next.v, average: mean },
    }
  },
}

const feeds = (step: number, target: Float32Array) => {
  const correction2 = Math.sqrt(1 - beta2 ** step)
  return {
    target,
    stepSize: Float32Array.of((learningRate * correction2) / (1 - beta1 ** step)),
    epsilon: Float32Array.of(eps * correction2),
  }
}

/** The same in double precision, written as PyTorch's AdamW documents it. */
function expected(steps: number, start: number[], target: Float32Array) {
  let w = [...start]
  let [m, v, average] = [0, 0, 0].map(() => new Array<number>(size).fill(0)) as [number[], number[], number[]]
  for (let step = 1; step <= steps; step++) {
    const g = w.map((value, i) => 2 * (value - target[i]!))
    w = w.map((value) => value * (1 - learningRate * decay))
    m = m.map((value, i) => beta1 * value + (1 - beta1) * g[i]!)
    v = v.map((value, i) => beta2 * value + (1 - beta2) * g[i]! ** 2)
    w = w.map(
      (value, i) =>
        value -
        (learningRate * (m[i]! / (1 - beta1 ** step))) / (Math.sqrt(v[i]! / (1 - beta2 ** step)) + eps),
    )
    average = average.map((value, i) => value + share * (w[i]! - value))
  }
  return { w, m, v, average }
}

describe('updates in place', () => {
  it.each(['eager', 'compiled'] as const)('equal AdamW and an exponential average, %s', (mode) => {
    const target = Float32Array.of(1, -2, 0.5)
    const start = [0.3, 0.7, -4]
    const program = createProgram(spec, { mode })
    program.write({ w: Float32Array.from(start) })
    let previous = Float32Array.from(start)
    for (let step = 1; step <= 5; step++) {
      const { before, after } = program.run(feeds(step, target))
      // A value that is read in the same call is the one before the update.
      expect(before).toEqual(previous)
      previous = after as Float32Array<ArrayBuffer>
    }
    const state = program.read()
    expect(state['w']).toEqual(previous)
    for (const [name, values] of Object.entries(expected(5, start, target))) {
      values.forEach((value, i) => expect(state[name]![i], name).toBeCloseTo(value, 5))
    }
    program.dispose()
  })

  it('must become state', () => {
    const lost: ProgramSpec = {
      ...spec,
      body: (state, fed) => {
        const { fetches, next } = spec.body(state, fed)
        return { fetches, next: Object.fromEntries(Object.entries(next).filter(([name]) => name !== 'v')) }
      },
    }
    expect(() => createProgram(lost, { mode: 'compiled' })).toThrow(/must become state/)
  })
})
