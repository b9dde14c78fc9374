import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createProgram } from '../../../src-main/engine/graph/create-program.ts'
import type { ProgramSpec, Values } from '../../../src-main/engine/graph/program.ts'
import { listCompilableOps } from '../../../src-main/engine/graph/analysis/shapes.ts'
import { trace } from '../../../src-main/engine/graph/trace.ts'
import { uniformStream } from '../../../src-main/engine/rng.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { uses } from '../../helpers/operation-uses.ts'
import type { Range, Use } from '../../helpers/operation-uses.ts'
import '../../helpers/operations.ts'
import '../../helpers/window-operations.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const seed = fc.integer({ min: 0, max: 1e6 })
const ranges: Record<Range, (u: number) => number> = {
  any: (u) => 4 * u - 2,
  positive: (u) => 0.3 + 2 * u,
  odd: (u) => (u < 0.2 ? NaN : u < 0.4 ? Infinity : u < 0.6 ? -Infinity : u),
}

function program(op: string, use: Use, answered: number[][]): ProgramSpec {
  return {
    name: op,
    state: {},
    feeds: Object.fromEntries(use.shapes.map((of, i) => [`x${i}`, { shape: of, dtype: 'float32' as const }])),
    body: (_, feeds) => {
      const outputs = [
        use.call(
          op,
          use.shapes.map((__, i) => feeds[`x${i}`]!),
        ),
      ].flat()
      for (const output of outputs) answered.push(output.shape)
      const readable = outputs.map((output) => (output.dtype === 'bool' ? tf.cast(output, 'int32') : output))
      return { fetches: Object.fromEntries(readable.map((output, i) => [`y${i}`, output])), next: {} }
    },
  }
}

// Operations that are not TensorFlow's have separate tests.
const operations = listCompilableOps().filter((op) => !/^(@|Flowerbed)/.test(op))

describe('every operation that can be compiled', () => {
  it.each(operations)('has the same values compiled and eager, and the inferred shape: %s', (op) => {
    const { use, range } = uses.get(op) ?? { use: fc.constant(null), range: 'any' }
    fc.assert(
      fc.property(use, seed, (used, at) => {
        expect(used, 'has a use in this test').not.toBeNull()
        const uniform = uniformStream(at, 0, 'noise')
        const feeds: Values = Object.fromEntries(
          used!.shapes.map((of, i) => [
            `x${i}`,
            Float32Array.from({ length: tf.util.sizeFromShape(of) }, () => ranges[range](uniform())),
          ]),
        )
        const shapes = { eager: [], compiled: [] } as Record<'eager' | 'compiled', number[][]>
        const [eager, compiled] = (['eager', 'compiled'] as const).map((mode) => {
          const made = createProgram(program(op, used!, shapes[mode]), { mode })
          const answer = made.run(feeds)
          made.dispose()
          return answer
        })
        expect(shapes.compiled).toEqual(shapes.eager)
        for (const [name, values] of Object.entries(eager!)) expectClose(compiled![name]!, values)
      }),
      { numRuns: 4 },
    )
    const [used] = fc.sample(use, 1) as [Use]
    const { nodes } = trace(program(op, used, []))
    expect(nodes.map((node) => (node.kind === 'op' ? node.op : ''))).toContain(op)
  })
})

function expectClose(actual: ArrayLike<number>, expected: Float32Array | Int32Array): void {
  expect(actual.length).toBe(expected.length)
  const scale = Math.max(1, ...expected.map(Math.abs))
  expected.forEach((value, i) => expect(Math.abs(actual[i]! - value)).toBeLessThan(1e-5 * scale))
}
