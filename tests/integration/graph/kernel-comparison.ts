import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import { nodeBackend } from '../../../src-main/engine/backend/tfjs.ts'
import { createProgram } from '../../../src-main/engine/graph/create-program.ts'
import { lower } from '../../../src-main/engine/graph/passes/lower.ts'
import type { ProgramSpec, Values } from '../../../src-main/engine/graph/program.ts'
import { liveNodes, trace } from '../../../src-main/engine/graph/trace.ts'
import { uniformStream } from '../../../src-main/engine/rng.ts'
import '../../helpers/all-threads.ts'

const values = (count: number, seed: number): Float32Array => {
  const uniform = uniformStream(seed, 0, 'noise')
  return Float32Array.from({ length: count }, () => 2 * uniform() - 1)
}

/** Runs a program once on random feeds in [−1, 1]. */
export function run(spec: ProgramSpec, mode: 'eager' | 'compiled'): Values {
  const program = createProgram(spec, { mode })
  const feeds = Object.fromEntries(
    Object.entries(spec.feeds).map(([name, { shape }], i) => [
      name,
      values(tf.util.sizeFromShape(shape), i + 1),
    ]),
  )
  try {
    return program.run(feeds)
  } finally {
    program.dispose()
  }
}

/** Compares fetches by their largest difference relative to the largest value. */
export function expectClose(actual: Values, expected: Values, tolerance: number): void {
  for (const [name, values] of Object.entries(expected)) {
    const compared = actual[name] as Float32Array
    expect(compared).toHaveLength(values.length)
    let [largest, furthest] = [1e-30, 0]
    for (const [i, value] of values.entries()) {
      largest = Math.max(largest, Math.abs(value))
      furthest = Math.max(furthest, Math.abs(value - (compared[i] ?? NaN)))
    }
    expect(furthest / largest, name).toBeLessThan(tolerance)
  }
}

/** The operations that a compiled program runs. */
export const operations = (spec: ProgramSpec) =>
  liveNodes(lower(spec, trace(spec), { binding: nodeBackend().binding, fused: false })).flatMap((node) =>
    node.kind === 'op' ? [node.op] : [],
  )

export const countCasts = (spec: ProgramSpec) => operations(spec).filter((op) => op === 'Cast').length

/** Compares a program that runs `kernels` with TensorFlow's operations; fails where its graph lacks one of them. */
export function compareKernels(spec: ProgramSpec, kernels: string[], tolerance: number): void {
  expect(operations(spec)).toEqual(expect.arrayContaining(kernels))
  expectClose(run(spec, 'compiled'), run(spec, 'eager'), tolerance)
}

/** Runs without the kernels, as on a machine that has none. */
export function withoutKernels(test: () => void): void {
  const { binding } = nodeBackend()
  const { kernels } = binding
  binding.kernels = undefined
  try {
    test()
  } finally {
    binding.kernels = kernels
  }
}
