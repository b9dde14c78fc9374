import { bytesAt } from './image-bytes.ts'
import type { ImageBytes } from './image-bytes.ts'

/** The tags of a TIFF's first directory. */
export interface TiffHeader {
  littleEndian: boolean
  /** A tag's first numbers; without the tag, none. */
  numbers: (tag: number) => number[]
  has: (tag: number) => boolean
  /** Where in the file a tag's value begins. */
  offsetOf: (tag: number) => number | undefined
}

/** Bytes of one value, by TIFF's type: byte, ASCII, short, long, rational, their signed kinds, float, double, BigTIFF's. */
const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8]
const mostEntries = 4096
/** Enough for the bits of each channel; longer values are not read. */
const mostValues = 64

interface Entry {
  type: number
  count: number
  /** Where the value begins. */
  at: number
}

/** The first directory of a TIFF or BigTIFF; undefined when it is invalid, which the decoder reports. */
export async function readTiffHeader(bytes: ImageBytes): Promise<TiffHeader | undefined> {
  const littleEndian = bytes.head[0] === 0x49
  const read = reader(littleEndian)
  const big = read.short(bytes.head, 2) === 43
  const [counter, size, field] = big ? [8, 20, 8] : [2, 12, 4]
  if (bytes.head.length < 16) return undefined
  const directory = big ? read.long8(bytes.head, 8) : read.long(bytes.head, 4)
  const counted = await bytesAt(bytes, directory, counter)
  if (counted.length < counter) return undefined
  const count = big ? read.long8(counted, 0) : read.short(counted, 0)
  if (count === 0 || count > mostEntries) return undefined
  const table = await bytesAt(bytes, directory + counter, count * size)
  if (table.length < count * size) return undefined
  const entries = new Map<number, Entry>()
  for (let at = 0; at < table.length; at += size) {
    const type = read.short(table, at + 2)
    const values = big ? read.long8(table, at + 4) : read.long(table, at + 4)
    const inline = values * (typeBytes[type] ?? 0) <= field
    const valueAt = at + size - field
    const elsewhere = big ? read.long8(table, valueAt) : read.long(table, valueAt)
    entries.set(read.short(table, at), {
      type,
      count: values,
      at: inline ? directory + counter + valueAt : elsewhere,
    })
  }
  const values = new Map<number, number[]>()
  for (const [tag, entry] of entries) values.set(tag, await numbersOf(bytes, { entry, read }))
  return {
    littleEndian,
    numbers: (tag) => values.get(tag) ?? [],
    has: (tag) => entries.has(tag),
    offsetOf: (tag) => entries.get(tag)?.at,
  }
}

async function numbersOf(
  bytes: ImageBytes,
  { entry, read }: { entry: Entry; read: ReturnType<typeof reader> },
): Promise<number[]> {
  const { type, count, at } = entry
  const size = typeBytes[type] ?? 0
  if (size === 0 || count > mostValues) return []
  const value = await bytesAt(bytes, at, count * size)
  if (value.length < count * size) return []
  return Array.from({ length: count }, (_, i) => read.value(value, i * size, type))
}

function reader(littleEndian: boolean) {
  const short = (from: Buffer, at: number) => (littleEndian ? from.readUInt16LE(at) : from.readUInt16BE(at))
  const long = (from: Buffer, at: number) => (littleEndian ? from.readUInt32LE(at) : from.readUInt32BE(at))
  const long8 = (from: Buffer, at: number) =>
    Number(littleEndian ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at))
  const value = (from: Buffer, at: number, type: number) => {
    if (type === 3 || type === 8) return short(from, at)
    if (type === 4 || type === 9 || type === 13) return long(from, at)
    if (type === 5 || type === 10) return long(from, at) / long(from, at + 4)
    if (type === 11) return littleEndian ? from.readFloatLE(at) : from.readFloatBE(at)
    if (type === 12) return littleEndian ? from.readDoubleLE(at) : from.readDoubleBE(at)
    return typeBytes[type] === 8 ? long8(from, at) : (from[at] ?? 0)
  }
  return { short, long, long8, value }
}
