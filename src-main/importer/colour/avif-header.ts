import type { CodedColours } from './cicp.ts'
import { bytesAt } from './image-bytes.ts'
import type { ImageBytes } from './image-bytes.ts'

/** The colour properties of an AVIF's primary image, from its header. */
export interface AvifHeader {
  bits: number
  grey: boolean
  /** The colours are premultiplied by alpha. */
  premultiplied: boolean
  profiled: boolean
  coded?: CodedColours
  fullRange?: boolean
}

interface Box {
  type: string
  body: Buffer
}

/** Upper limit of a header's bytes; the image data is elsewhere. */
const mostHeaderBytes = 64 * 1024 * 1024
const mostBoxes = 4096

/** Undefined for an invalid header, which the decoder reports. */
export async function readAvifHeader(bytes: ImageBytes): Promise<AvifHeader | undefined> {
  const meta = await topBox(bytes, 'meta')
  if (!meta) return undefined
  try {
    return headerOf(meta)
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined
    throw thrown
  }
}

async function topBox(bytes: ImageBytes, type: string): Promise<Buffer | undefined> {
  for (let at = 0, seen = 0; seen < mostBoxes; seen++) {
    const start = await bytesAt(bytes, at, 16)
    if (start.length < 8) return undefined
    const short = start.readUInt32BE(0)
    const size = short === 1 && start.length === 16 ? Number(start.readBigUInt64BE(8)) : short
    const header = short === 1 ? 16 : 8
    if (size < header) return undefined
    if (start.toString('latin1', 4, 8) === type) {
      return size > mostHeaderBytes ? undefined : await bytesAt(bytes, at + header, size - header)
    }
    at += size
  }
  return undefined
}

function boxesOf(from: Buffer): Box[] {
  const boxes: Box[] = []
  for (let at = 0; at + 8 <= from.length;) {
    const size = from.readUInt32BE(at)
    if (size < 8) break
    boxes.push({ type: from.toString('latin1', at + 4, at + 8), body: from.subarray(at + 8, at + size) })
    at += size
  }
  return boxes
}

function headerOf(meta: Buffer): AvifHeader | undefined {
  const boxes = boxesOf(meta.subarray(4))
  const body = (type: string, among = boxes) => among.find((box) => box.type === type)?.body
  const main = body('pitm')
  const properties = body('iprp')
  if (!main || !properties) return undefined
  const item = main[0] === 0 ? main.readUInt16BE(4) : main.readUInt32BE(4)
  const all = boxesOf(body('ipco', boxesOf(properties)) ?? Buffer.alloc(0))
  const indices = indicesOf(body('ipma', boxesOf(properties)), item)
  const own = indices.flatMap((index) => all[index - 1] ?? [])
  const depths = body('pixi', own)
  const coder = body('av1C', own)
  const flags = coder?.[2] ?? 0
  const header: AvifHeader = {
    bits: depths?.[5] ?? (flags & 0x20 ? 12 : flags & 0x40 ? 10 : 8),
    grey: depths ? depths[4] === 1 : (flags & 0x10) !== 0,
    premultiplied: isPremultiplied(body('iref'), item),
    profiled: false,
  }
  for (const { type, body: colour } of own) {
    if (type !== 'colr') continue
    if (colour.toString('latin1', 0, 4) !== 'nclx') header.profiled = true
    else {
      header.coded = { primaries: colour.readUInt16BE(4), transfer: colour.readUInt16BE(6) }
      header.fullRange = ((colour[10] ?? 0) & 0x80) !== 0
    }
  }
  return header
}

/** The one-based indices of the properties of an item. */
function indicesOf(associations: Buffer | undefined, item: number): number[] {
  if (!associations) return []
  const wideItems = associations[0] !== 0
  const wideIndices = ((associations[3] ?? 0) & 1) !== 0
  let at = 8
  for (let left = associations.readUInt32BE(4); left > 0; left--) {
    const owner = wideItems ? associations.readUInt32BE(at) : associations.readUInt16BE(at)
    at += wideItems ? 4 : 2
    const count = associations.readUInt8(at++)
    const indices: number[] = []
    for (let i = 0; i < count; i++) {
      indices.push(wideIndices ? associations.readUInt16BE(at) & 0x7fff : associations.readUInt8(at) & 0x7f)
      at += wideIndices ? 2 : 1
    }
    if (owner === item) return indices
  }
  return []
}

function isPremultiplied(references: Buffer | undefined, item: number): boolean {
  if (!references) return false
  const wide = references[0] !== 0
  return boxesOf(references.subarray(4)).some(
    ({ type, body }) => type === 'prem' && (wide ? body.readUInt32BE(0) : body.readUInt16BE(0)) === item,
  )
}
