import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, test } from 'vitest'
import { codesFromNoise } from '../../../../../src-main/engine/model/flow/code-prior.ts'
import { loadTensorFlow } from '../../../../../src-main/engine/backend/load.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const table = () => ({
  mean: tf.tensor2d([
    [0, 10],
    [1, 11],
    [2, 12],
    [3, 13],
  ]),
  logvar: tf.tensor2d([
    [0, 0],
    [0, 0],
    [0, Math.log(4)],
    [0, 0],
  ]),
})

test('the first number chooses a component by its probability, the others deviate from its mean', () => {
  // Quartiles of N(0, 1) are at ±0.674.
  const noise = tf.tensor2d([
    [-9, 0, 0],
    [-0.7, 1, 0],
    [-0.6, 0, 0],
    [0.6, 0, 1],
    [0.7, 0, 0],
    [9, 0, 0],
  ])
  const codes = codesFromNoise(table(), noise).arraySync()
  expect(codes.map(([first]) => Math.round(first!))).toEqual([0, 1, 1, 2, 3, 3])
  expect(codes[1]![0]).toBeCloseTo(1, 5)
  expect(codes[3]![1]).toBeCloseTo(14, 5)
  const still = codesFromNoise(table(), noise, { temperature: tf.scalar(0) }).arraySync()
  expect(still[3]![1]).toBeCloseTo(12, 5)
})

test('leaves nothing on the device but the codes', () => {
  const [given, noise] = [table(), tf.randomNormal<tf.Rank.R2>([5, 3])]
  const before = tf.memory().numTensors
  codesFromNoise(given, noise).dispose()
  expect(tf.memory().numTensors).toBe(before)
})
