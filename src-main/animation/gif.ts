/** An animation in GIF89a (CompuServe 1990) from GIF files of one image each, so that frames are encoded one by one. */

interface GifImage {
  width: number
  height: number
  /** Bits of an index of the colour table, minus 1. */
  tableBits: number
  colours: Uint8Array
  /** The minimum code size and the blocks of LZW data, with the empty block that ends them. */
  data: Uint8Array
}

const marks = { extension: 0x21, image: 0x2c, trailer: 0x3b }

/**
 * Joins frames into an animation that loops forever, each with its own colour table.
 * @param frames each one GIF of one image; all of the same size
 */
export function joinGifImages(frames: readonly Uint8Array[], framesPerSecond: number): Uint8Array {
  const images = new Map<Uint8Array, GifImage>()
  const imageOf = (bytes: Uint8Array) => {
    const known = images.get(bytes) ?? readGif(bytes)
    images.set(bytes, known)
    return known
  }
  const parts: Uint8Array[] = []
  frames.forEach((frame, i) => {
    const image = imageOf(frame)
    if (i === 0) parts.push(header(image))
    // Rounded from the start, so that the whole takes as long as it should.
    const time = (index: number) => Math.round((100 * index) / framesPerSecond)
    parts.push(control(time(i + 1) - time(i)), descriptor(image), image.colours, image.data)
  })
  parts.push(Uint8Array.of(marks.trailer))
  return Buffer.concat(parts)
}

function header({ width, height }: GifImage): Uint8Array {
  const screen = [...short(width), ...short(height), 0, 0, 0]
  const loopsForever = [marks.extension, 0xff, 11, ...Buffer.from('NETSCAPE2.0'), 3, 1, 0, 0, 0]
  return Uint8Array.from([...Buffer.from('GIF89a'), ...screen, ...loopsForever])
}

/** @param delay in hundredths of a second */
const control = (delay: number) => Uint8Array.from([marks.extension, 0xf9, 4, 0x04, ...short(delay), 0, 0])

const descriptor = ({ width, height, tableBits }: GifImage) =>
  Uint8Array.from([marks.image, 0, 0, 0, 0, ...short(width), ...short(height), 0x80 | tableBits])

const short = (value: number) => [value & 0xff, value >> 8]

/** The first image of a GIF. */
function readGif(bytes: Uint8Array): GifImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)]
  const screen = view.getUint8(10)
  const tableEnd = (start: number, packed: number) =>
    start + (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0)
  let at = tableEnd(13, screen)
  const shared = { tableBits: screen & 7, colours: bytes.subarray(13, at) }
  while (view.getUint8(at) === marks.extension) at = blocksEnd(view, at + 2)
  if (view.getUint8(at) !== marks.image) throw new Error('This is not a GIF of one image.')
  const packed = view.getUint8(at + 9)
  const start = tableEnd(at + 10, packed)
  const own = { tableBits: packed & 7, colours: bytes.subarray(at + 10, start) }
  const data = bytes.subarray(start, blocksEnd(view, start + 1))
  return { width, height, data, ...(packed & 0x80 ? own : shared) }
}

/** Where blocks end, each with its length before it, the last one empty. */
function blocksEnd(view: DataView, start: number): number {
  let at = start
  while (view.getUint8(at) > 0) at += view.getUint8(at) + 1
  return at + 1
}
