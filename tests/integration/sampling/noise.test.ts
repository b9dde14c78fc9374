import * as tf from '@tensorflow/tfjs-core'
import { expect, it, vi } from 'vitest'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { seedWords, statelessNormal } from '../../../src-main/engine/rng.ts'
import { normalRows } from '../../../src-main/engine/sampling/noise.ts'

loadTensorFlow({ device: 'cpu' })

it('makes each row from its seed and number alone, leaves no tensor, and hands no array of numbers to tidy', () => {
  const from = { seed: 7, purpose: 'sample', shape: [2, 3] } as const
  const rows = (count: number, first: number) => normalRows({ ...from, shape: [2, 3], count, first })
  const direct = (i: number) =>
    statelessNormal([1, 2, 3], tf.tensor1d(seedWords(7, i, 'sample'), 'int32')).dataSync<'float32'>()
  rows(1, 0)
  const before = tf.memory().numTensors
  const end = vi.spyOn(tf.engine(), 'endScope')
  const three = rows(3, 4)
  // It would be searched for tensors, number by number.
  expect(end.mock.calls.some(([result]) => result instanceof Float32Array)).toBe(false)
  end.mockRestore()
  expect(tf.memory().numTensors).toBe(before)
  expect([...three]).toEqual([4, 5, 6].flatMap((i) => [...direct(i)]))
  expect([...rows(1, 5)]).toEqual([...three.subarray(6, 12)])
})
