import { beforeAll, expect, it } from 'vitest'
import { loadTensorFlow, type TensorFlow } from '../../../src-main/engine/backend/load.ts'

let tf: TensorFlow
beforeAll(() => {
  tf = loadTensorFlow({ device: 'cpu' }).tf
})

it.each([Float32Array, Int32Array])('a tensor shares no memory with its %o at any alignment', (Type) => {
  const buffer = new ArrayBuffer(8192)
  for (let offset = 0; offset < 4096; offset += 4) {
    const values = new Type(buffer, offset, 64).fill(1)
    tf.tidy(() => {
      const tensor = tf.tensor1d(values, Type === Float32Array ? 'float32' : 'int32')
      // Sends the values to TensorFlow.
      const same = tensor.add(0)
      values.fill(2)
      expect(
        same
          .add(tensor.reshape([64]))
          .max()
          .dataSync()[0],
        `at ${offset}`,
      ).toBe(2)
    })
  }
})
