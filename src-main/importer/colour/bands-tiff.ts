import type { Conversion } from './conversions.ts'

/** A photometric interpretation unknown to the decoder: it leaves such bands unchanged. */
export const uninterpreted = 32803

/**
 * A TIFF of 16-bit bands with a profile and no interpretation: such an image the decoder converts to sRGB in one step,
 * where it would take 16-bit RGB to Display P3.
 * @param image.pixels colours, then perhaps alpha, from 0 to 1
 */
export function bandsTiff(image: {
  pixels: Float32Array
  width: number
  height: number
  conversion: Conversion
  profile: Buffer
}): Buffer {
  const { pixels, width, height, conversion, profile } = image
  const bands = conversion.colours + (conversion.alpha ? 1 : 0)
  const strip = Buffer.alloc(pixels.length * 2)
  pixels.forEach((value, i) => {
    // The alpha of bands without interpretation ends at 255.
    const most = i % bands === conversion.colours ? 255 : 65535
    strip.writeUInt16LE(Math.round(Math.min(1, Math.max(0, value)) * most), i * 2)
  })
  const bits = Buffer.alloc(bands * 2)
  for (let band = 0; band < bands; band++) bits.writeUInt16LE(16, band * 2)
  return tiffOf(strip, [
    [256, 4, width],
    [257, 4, height],
    [258, 3, bits],
    [259, 3, 1],
    [262, 3, uninterpreted],
    [277, 3, bands],
    [278, 4, height],
    [279, 4, strip.length],
    [284, 3, 1],
    [34675, 7, profile],
  ])
}

/** Tag, type (3 two bytes, 4 four bytes, 7 bytes), and the value or the bytes of several. */
type Entry = [number, 3 | 4 | 7, number | Buffer]

const sizes = { 3: 2, 4: 4, 7: 1 }

/** A little-endian TIFF of one strip. */
function tiffOf(strip: Buffer, others: Entry[]): Buffer {
  const entries: Entry[] = [...others, [273, 4, 8] as Entry].sort(([a], [b]) => a - b)
  const directory = Buffer.alloc(2 + entries.length * 12 + 4)
  const start = Buffer.alloc(8)
  start.write('II*\0', 'latin1')
  start.writeUInt32LE(8 + strip.length, 4)
  const values: Buffer[] = []
  let end = 8 + strip.length + directory.length
  directory.writeUInt16LE(entries.length, 0)
  entries.forEach(([tag, type, value], i) => {
    const at = 2 + i * 12
    const bytes = typeof value === 'number' ? uint32(value) : value
    directory.writeUInt16LE(tag, at)
    directory.writeUInt16LE(type, at + 2)
    directory.writeUInt32LE(typeof value === 'number' ? 1 : bytes.length / sizes[type], at + 4)
    if (bytes.length <= 4) {
      bytes.copy(directory, at + 8)
      return
    }
    directory.writeUInt32LE(end, at + 8)
    const padded = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)])
    values.push(padded)
    end += padded.length
  })
  return Buffer.concat([start, strip, directory, ...values])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
