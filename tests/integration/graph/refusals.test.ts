import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { nodeBackend } from '../../../src-main/engine/backend/tfjs.ts'
import { createProgram } from '../../../src-main/engine/graph/create-program.ts'
import type { ProgramSpec } from '../../../src-main/engine/graph/program.ts'
import { runNativeOp } from '../../../src-main/engine/backend/native-op.ts'
import { timeEmbedding } from '../../../src-main/engine/model/nets/ops.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'

const logged = vi.hoisted(() => ({ warn: vi.fn() }))
vi.mock(import('../../../src-main/log.ts'), async (original) => ({
  ...(await original()),
  createLogger: () => ({ ...logged, error: vi.fn(), info: vi.fn(), debug: vi.fn() }),
}))

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})
beforeEach(() => logged.warn.mockClear())

const program = (body: (x: Tensor) => Tensor): ProgramSpec => ({
  name: 'odd',
  state: { sum: { shape: [4], dtype: 'float32' } },
  feeds: { x: { shape: [4], dtype: 'float32' } },
  body: ({ sum }, { x }) => {
    const y = body(x!)
    return { fetches: { y }, next: { sum: sum!.add(y) } }
  },
})

/** The line of this file that calls it. */
const line = () => Number(/refusals\.test\.ts:(\d+)/.exec(new Error().stack!.split('\n')[2]!)![1])
let asked = 0

it.each<[string, (x: Tensor) => Tensor, RegExp]>([
  [
    'an unknown operation, through tfjs',
    (x) => {
      asked = line() + 1
      return tf.cumsum(x)
    },
    /^The operation Cumsum cannot be compiled\. It was called from /,
  ],
  [
    'an operation by TensorFlow’s name',
    (x) => {
      asked = line() + 1
      return runNativeOp('Cosh', { T: 'float32' }, [x])
    },
    /^The operation Cosh cannot be compiled\. It was called from /,
  ],
  [
    'an unknown attribute',
    (x) => {
      asked = line() + 1
      return nodeBackend().executeSingleOutput('Square', [{ name: 'odd', type: 99, value: 1 }], [x])
    },
    /^The operation Square has an attribute “odd” that cannot be compiled\. It was called from /,
  ],
  [
    'a value that is read',
    (x) => {
      asked = line() + 1
      return x.mul(x.square().dataSync()[0]!)
    },
    /reads a tensor's value in its body\. It was called from /,
  ],
])('names the line of our sources that calls %s', (_, body, message) => {
  let thrown: unknown
  try {
    createProgram(program(body), { mode: 'compiled' })
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ message: expect.stringMatching(message) as string })
  const { message: told, where } = thrown as { message: string; where: string }
  expect(where.split(', by ')[0]).toMatch(new RegExp(`refusals\\.test\\.ts:${asked}$`))
  expect(told).toContain(where)
})

it('names the calls through the network’s operations, the innermost first', () => {
  const external = tf.keep(tf.relu(tf.tensor1d([1, 2, 3, 4])))
  const spec = program(() => timeEmbedding(external, 2).sum<Tensor1D>(1))
  expect(() => createProgram(spec, { mode: 'compiled' })).toThrow(
    /called from model\/nets\/ops\.ts:\d+, by .*refusals\.test\.ts:\d+/,
  )
  external.dispose()
})

it('runs operation by operation instead, and warns once', () => {
  const spec = program((x) => tf.cumsum(x))
  const before = tf.memory().numTensors
  const [odd, eager] = [createProgram(spec, { iterations: 3 }), createProgram(spec, { mode: 'eager' })]
  expect(odd.mode).toBe('eager')
  const feeds = [1, 2, 3].map((value) => ({ x: Float32Array.of(value, 1, 1, 1) }))
  expect(odd.run(feeds[0]!)['y']).toEqual(Float32Array.of(1, 2, 3, 4))
  expect(odd.runMany(feeds)).toEqual(feeds.map((each) => eager.run(each)))
  expect(odd.read()['sum']).toEqual(Float32Array.of(7, 11, 15, 19))
  expect(logged.warn).toHaveBeenCalledTimes(1)
  expect(logged.warn.mock.calls[0]![0]).toContain('“odd” runs uncompiled')
  expect(String(logged.warn.mock.calls[0]![1])).toContain('The operation Cumsum')
  odd.dispose()
  eager.dispose()
  expect(tf.memory().numTensors).toBe(before)
})

it('does not run a body uncompiled that fails either way, nor one that must be compiled', () => {
  const wrong = program((x) => tf.conv2d(x as Tensor4D, x as Tensor4D, 1, 'same'))
  expect(() => createProgram(wrong)).toThrow(/conv2d/)
  expect(() => createProgram(program((x) => x.mul(x.dataSync()[0]!)))).toThrow(/reads a tensor's value/)
  expect(() =>
    createProgram(
      program((x) => tf.cumsum(x)),
      { mode: 'compiled' },
    ),
  ).toThrow(/Cumsum/)
  expect(logged.warn).not.toHaveBeenCalled()
})
