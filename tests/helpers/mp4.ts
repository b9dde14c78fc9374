// cspell:ignore moov trak mdia minf stbl stsz mdat stco stsd mdhd

/** What a player needs to know of a video, read from the boxes of its file (ISO/IEC 14496-12). */
export interface Mp4Facts {
  codec: string
  width: number
  height: number
  samples: number
  seconds: number
  /** Frames that are coded by themselves, and those that need others. */
  intra: number
  inter: number
}

/** Boxes that hold others. */
const containers = ['moov', 'trak', 'mdia', 'minf', 'stbl']

/** @throws Error where a box reaches beyond its file, a sample lies outside the data, or a box is missing */
export function readMp4(bytes: Uint8Array): Mp4Facts {
  const boxes = boxesOf(bytes)
  const box = (name: string) => {
    const found = boxes.get(name)
    if (!found) throw new Error(`There is no box ${name}.`)
    return found
  }
  box('ftyp')
  // After version, flags, and the number of entries.
  const entries = (name: string, each: number) => {
    const view = box(name)
    return Array.from({ length: view.getUint32(4) }, (_, i) => view.getUint32(8 + i * each))
  }
  const sizes = box('stsz')
  const samples = sizes.getUint32(8)
  let total = 0
  for (let i = 0; i < samples; i++) total += sizes.getUint32(4) || sizes.getUint32(12 + 4 * i)
  const data = box('mdat')
  const first = data.byteOffset - bytes.byteOffset
  for (const offset of entries('stco', 4))
    if (offset < first || offset >= first + data.byteLength)
      throw new Error('A sample lies outside of the data.')
  if (total > data.byteLength) throw new Error('There is less data than there are samples.')
  const times = box('stts')
  let ticks = 0
  let timed = 0
  for (let i = 0; i < times.getUint32(4); i++) {
    timed += times.getUint32(8 + 8 * i)
    ticks += times.getUint32(8 + 8 * i) * times.getUint32(12 + 8 * i)
  }
  if (timed !== samples) throw new Error('Not every sample has a time.')
  const entry = box('stsd')
  return {
    codec: nameAt(entry, 12),
    width: entry.getUint16(8 + 32),
    height: entry.getUint16(8 + 34),
    samples,
    seconds: ticks / box('mdhd').getUint32(12),
    ...slicesIn(data),
  }
}

/** Slices by the type of their NAL unit (ISO/IEC 14496-10, table 7-1), each after its length. */
function slicesIn(data: DataView): { intra: number; inter: number } {
  const counts = { intra: 0, inter: 0 }
  for (let at = 0; at < data.byteLength; at += 4 + data.getUint32(at)) {
    const type = data.getUint8(at + 4) & 31
    if (type === 5) counts.intra += 1
    if (type === 1) counts.inter += 1
  }
  return counts
}

/** The contents of each box by its name; of several the first. */
function boxesOf(bytes: Uint8Array): Map<string, DataView> {
  const found = new Map<string, DataView>()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const collect = (from: number, to: number) => {
    for (let at = from; at < to;) {
      const length = view.getUint32(at)
      const name = nameAt(view, at + 4)
      if (length < 8 || at + length > to) throw new Error(`The box ${name} reaches beyond its end.`)
      if (!found.has(name)) found.set(name, new DataView(bytes.buffer, bytes.byteOffset + at + 8, length - 8))
      if (containers.includes(name)) collect(at + 8, at + length)
      at += length
    }
  }
  collect(0, bytes.length)
  return found
}

const nameAt = (view: DataView, at: number) =>
  String.fromCharCode(...Array.from({ length: 4 }, (_, i) => view.getUint8(at + i)))
