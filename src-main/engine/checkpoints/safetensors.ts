import { errorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { fromHalf, toHalf } from './half.ts'

/** An array of a safetensors file; F16 is of numbers that are rounded to 16 bits when they are written. */
export interface SafeTensor {
  dtype: 'F32' | 'I32' | 'F16'
  shape: number[]
  values: Float32Array | Int32Array
}

export interface SafetensorsContent {
  tensors: Record<string, SafeTensor>
  metadata: Record<string, string>
}

interface Entry {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

const lengthBytes = 8
const maxHeader = 100 * 1024 * 1024
const alignment = 8

/**
 * The bytes of a safetensors file (format of huggingface/safetensors): 8 bytes of header length, a JSON header padded
 * with spaces, then the arrays in little-endian order of the names given.
 */
export function writeSafetensors({ tensors, metadata }: SafetensorsContent): Uint8Array {
  const header: Record<string, Entry | Record<string, string>> = { __metadata__: metadata }
  let offset = 0
  const arrays = Object.values(tensors).map(({ dtype, values }) =>
    dtype === 'F16' ? toHalf(values instanceof Float32Array ? values : Float32Array.from(values)) : values,
  )
  for (const [i, [name, { dtype, shape }]] of Object.entries(tensors).entries()) {
    const { byteLength } = arrays[i] as Float32Array
    header[name] = { dtype, shape, data_offsets: [offset, offset + byteLength] }
    offset += byteLength
  }
  const text = JSON.stringify(header)
  const json = Buffer.from(text + ' '.repeat((alignment - (Buffer.byteLength(text) % alignment)) % alignment))
  const file = new Uint8Array(lengthBytes + json.length + offset)
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true)
  file.set(json, lengthBytes)
  let at = lengthBytes + json.length
  for (const values of arrays) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    at += values.byteLength
  }
  return file
}

/**
 * Reads a safetensors file's bytes; arrays of 16 bits (F16) are widened to F32.
 * @throws FlowerbedError `corrupt` when the bytes are truncated or not safetensors; `where` is named in the error
 */
export function readSafetensors(file: Uint8Array, where: string): SafetensorsContent {
  const corrupt = (reason: ErrorText) =>
    new FlowerbedError('corrupt', errorText('safetensors.incomplete', { reason }), { where })
  if (file.length < lengthBytes) throw corrupt(errorText('safetensors.tooShort'))
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const headerLength = Number(view.getBigUint64(0, true))
  const start = lengthBytes + headerLength
  if (headerLength > maxHeader || start > file.length) throw corrupt(errorText('safetensors.headerCutOff'))
  let header: Record<string, Entry>
  try {
    header = JSON.parse(Buffer.from(file.subarray(lengthBytes, start)).toString()) as Record<string, Entry>
  } catch {
    throw corrupt(errorText('safetensors.headerNotJson'))
  }
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, Entry> & {
    __metadata__?: Record<string, string>
  }
  const tensors: Record<string, SafeTensor> = {}
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(entries)) {
    const [from, to] = offsets
    if (start + to > file.length || from > to) throw corrupt(errorText('safetensors.arrayCutOff', { name }))
    if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'I32')
      throw corrupt(errorText('safetensors.otherType', { name, type: dtype }))
    // A copy, since arrays in the file need not begin at multiples of their element size (`Buffer.slice` does not copy).
    const bytes = Uint8Array.prototype.slice.call(file, start + from, start + to)
    const values = valuesOf(dtype, bytes.buffer)
    if (values.length !== shape.reduce((product, side) => product * side, 1))
      throw corrupt(errorText('safetensors.wrongSize', { name }))
    tensors[name] = { dtype: dtype === 'I32' ? 'I32' : 'F32', shape, values }
  }
  return { tensors, metadata }
}

function valuesOf(dtype: 'F32' | 'F16' | 'I32', bytes: ArrayBufferLike): Float32Array | Int32Array {
  if (dtype === 'I32') return new Int32Array(bytes)
  return dtype === 'F32' ? new Float32Array(bytes) : fromHalf(new Uint16Array(bytes))
}
