import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSafetensors, writeSafetensors } from '../../../../src-main/engine/checkpoints/safetensors.ts'
import type { SafeTensor } from '../../../../src-main/engine/checkpoints/safetensors.ts'

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

/** Checks a file against https://github.com/huggingface/safetensors#format, with nothing of ours. */
function expectFormat(file: Uint8Array): { header: Record<string, unknown>; data: Uint8Array } {
  const headerLength = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true))
  expect(headerLength % 8).toBe(0)
  const text = new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + headerLength))
  expect(text.startsWith('{')).toBe(true)
  expect(text).toMatch(/\} *$/)
  const header = JSON.parse(text) as Record<string, unknown>
  const data = file.subarray(8 + headerLength)
  const { __metadata__: metadata, ...entries } = header
  for (const value of Object.values(metadata as object)) expect(value).toBeTypeOf('string')
  const spans = Object.values(entries as Record<string, { shape: number[]; data_offsets: [number, number] }>)
  // No holes, no overlaps, nothing behind the last.
  let end = 0
  for (const { shape, data_offsets: offsets } of spans.sort(
    (a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  )) {
    expect(offsets).toEqual([end, end + 4 * product(shape)])
    end = offsets[1]
  }
  expect(end).toBe(data.length)
  return { header, data }
}

test('what is written is what the format asks for, and reads back as it was', () => {
  fc.assert(
    fc.property(tensors, (written) => {
      const file = writeSafetensors({ tensors: written, metadata: { format: 'flowerbed', step: '7' } })
      const { header } = expectFormat(file)
      expect(Object.keys(header).sort()).toEqual(['__metadata__', ...Object.keys(written)].sort())
      expect(readSafetensors(file, 'test')).toEqual({
        tensors: written,
        metadata: { format: 'flowerbed', step: '7' },
      })
    }),
  )
})

test('numbers are little-endian, in the order of rows', () => {
  const file = writeSafetensors({
    tensors: {
      a: { dtype: 'I32', shape: [2], values: Int32Array.of(1, -2) },
      b: { dtype: 'F32', shape: [1, 1], values: Float32Array.of(1.5) },
    },
    metadata: {},
  })
  const { data, header } = expectFormat(file)
  expect([...data]).toEqual([1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0xc0, 0x3f])
  expect(header['b']).toEqual({ dtype: 'F32', shape: [1, 1], data_offsets: [8, 12] })
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
