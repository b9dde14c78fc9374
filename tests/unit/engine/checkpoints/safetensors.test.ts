import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSafetensors, writeSafetensors } from '../../../../src-main/engine/checkpoints/safetensors.ts'
import type { SafeTensor } from '../../../../src-main/engine/checkpoints/safetensors.ts'
import { expectFormat } from '../../../helpers/safetensors-format.ts'

const product = (sides: number[]) => sides.reduce((size, side) => size * side, 1)
const tensor = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), fc.boolean())
  .map(([shape, whole]): SafeTensor => {
    const numbers = Array.from({ length: product(shape) }, (_, i) => i - 3)
    return whole
      ? { dtype: 'I32', shape, values: Int32Array.from(numbers) }
      : { dtype: 'F32', shape, values: Float32Array.from(numbers, (value) => value / 7) }
  })
const tensors = fc.dictionary(
  // Names with characters of several bytes, so that bytes and characters cannot be taken for one another.
  fc.string({ unit: fc.constantFrom('a', '/', '0', 'é', '花'), minLength: 1, maxLength: 9 }),
  tensor,
  { maxKeys: 6, noNullPrototype: true },
)

test('what is written is what the format asks for, and reads back as it was', () => {
  fc.assert(
    fc.property(tensors, (written) => {
      const file = writeSafetensors({ tensors: written, metadata: { format: 'flowerbed', step: '7' } })
      const { entries, metadata } = expectFormat(file)
      expect(Object.keys(entries).sort()).toEqual(Object.keys(written).sort())
      expect(metadata).toEqual({ format: 'flowerbed', step: '7' })
      expect(readSafetensors(file, 'test')).toEqual({
        tensors: written,
        metadata: { format: 'flowerbed', step: '7' },
      })
    }),
  )
})

test('a file of Python’s library reads as what was put in, and ours of the same is equal byte for byte', () => {
  const file = readFileSync(resolve(import.meta.dirname, '../../../fixtures/safetensors/python.safetensors'))
  // As `write.py` beside it puts them in, in the order of the library.
  const tensors: Record<string, SafeTensor> = {
    empty: { dtype: 'F32', shape: [2, 0], values: Float32Array.of() },
    'm/花': {
      dtype: 'F32',
      shape: [1, 4],
      values: Float32Array.of(3.4028234663852886e38, 2 ** -126, -0, 1e-45),
    },
    scalar: { dtype: 'F32', shape: [], values: Float32Array.of(0.1) },
    'weights/conv 3×3': {
      dtype: 'F32',
      shape: [3, 2, 2],
      values: Float32Array.from({ length: 12 }, (_, i) => Math.fround(Math.fround(i / 7) - 1)),
    },
    steps: { dtype: 'I32', shape: [3], values: Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 7) },
  }
  const metadata = { format: 'flowerbed' }
  expect(readSafetensors(file, 'python')).toEqual({ tensors, metadata })
  expect(Buffer.from(writeSafetensors({ tensors, metadata })).equals(file)).toBe(true)
})

test('numbers are little-endian, in the order of rows', () => {
  const file = writeSafetensors({
    tensors: {
      a: { dtype: 'I32', shape: [2], values: Int32Array.of(1, -2) },
      b: { dtype: 'F32', shape: [1, 1], values: Float32Array.of(1.5) },
    },
    metadata: {},
  })
  const { data, entries } = expectFormat(file)
  expect([...data]).toEqual([1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0xc0, 0x3f])
  expect(entries['b']).toEqual({ dtype: 'F32', shape: [1, 1], data_offsets: [8, 12] })
})

test('part of a larger array is written as that part', () => {
  const values = Float32Array.of(9, 1, 2, 9).subarray(1, 3)
  const file = writeSafetensors({ tensors: { a: { dtype: 'F32', shape: [2], values } }, metadata: {} })
  expect(readSafetensors(file, 'test').tensors['a']?.values).toEqual(Float32Array.of(1, 2))
})

test('what is cut off or no safetensors is refused, wherever it is cut', () => {
  const file = writeSafetensors({
    tensors: { a: { dtype: 'F32', shape: [3], values: Float32Array.of(1, 2, 3) } },
    metadata: {},
  })
  for (let length = 0; length < file.length; length++) {
    expect(() => readSafetensors(file.slice(0, length), 'x')).toThrow(
      expect.objectContaining({ kind: 'corrupt', where: 'x' }),
    )
  }
})

test('numbers of 16 bits are widened', () => {
  // One, −2, the largest, the smallest, a third, minus infinity: IEEE 754 binary16.
  const halves = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555, 0xfc00)
  const header = JSON.stringify({ x: { dtype: 'F16', shape: [2, 3], data_offsets: [0, 12] } }).padEnd(64)
  const file = new Uint8Array(8 + 64 + 12)
  new DataView(file.buffer).setBigUint64(0, 64n, true)
  file.set(Buffer.from(header), 8)
  file.set(new Uint8Array(halves.buffer), 72)
  const { x } = readSafetensors(file, 'x').tensors
  expect(x).toMatchObject({ dtype: 'F32', shape: [2, 3] })
  expect([...(x?.values ?? [])]).toEqual([1, -2, 65504, 2 ** -24, 0x555 / 4096, -Infinity])
})
