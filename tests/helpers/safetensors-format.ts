import { expect } from 'vitest'

export interface FormatEntry {
  dtype: 'F32' | 'I32'
  shape: number[]
  data_offsets: [number, number]
}

const product = (sides: number[]) => sides.reduce((size, side) => size * side, 1)

/**
 * Checks a file against https://github.com/huggingface/safetensors#format, with nothing of ours: what Python's library
 * validates when it opens one.
 */
export function expectFormat(file: Uint8Array): {
  metadata: Record<string, unknown>
  entries: Record<string, FormatEntry>
  /** The bytes behind the header. */
  data: Uint8Array
} {
  const headerLength = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true))
  expect(headerLength % 8).toBe(0)
  expect(headerLength).toBeLessThanOrEqual(100_000_000)
  const text = new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + headerLength))
  expect(text.startsWith('{')).toBe(true)
  expect(text).toMatch(/\} *$/)
  const { __metadata__: metadata, ...entries } = JSON.parse(text) as Record<string, FormatEntry> & {
    __metadata__: Record<string, unknown>
  }
  const data = file.subarray(8 + headerLength)
  for (const value of Object.values(metadata)) expect(value).toBeTypeOf('string')
  // No holes, no overlaps, nothing behind the last.
  let end = 0
  for (const { dtype, shape, data_offsets: offsets } of Object.values(entries).sort(
    (a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  )) {
    expect(['F32', 'I32']).toContain(dtype)
    expect(offsets).toEqual([end, end + 4 * product(shape)])
    end = offsets[1]
  }
  expect(end).toBe(data.length)
  return { metadata, entries, data }
}
