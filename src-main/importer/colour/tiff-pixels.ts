import { desktopText } from '#shared/desktop-text.ts'
import { maxChannels } from '../decoder.ts'
import { UnreadableImage } from '../reasons.ts'
import type { TiffHeader } from './tiff-header.ts'

/** The pixel format of a TIFF. */
export interface TiffPixels {
  kind: 'grey' | 'rgb' | 'palette' | 'cmyk' | 'ycbcr' | 'lab'
  bits: number
  float: boolean
  compression: number
  /** Number of colour channels and of extra channels. */
  base: number
  extra: number
  /** Index of the alpha channel. */
  alphaBand: number | undefined
  /** The colours are premultiplied by alpha. */
  premultiplied: boolean
  /** Lab with a and b shifted instead of signed. */
  shiftedLab: boolean
}

const kinds: Record<number, [TiffPixels['kind'], number]> = {
  0: ['grey', 1],
  1: ['grey', 1],
  2: ['rgb', 3],
  3: ['palette', 1],
  5: ['cmyk', 4],
  6: ['ycbcr', 3],
  8: ['lab', 3],
  9: ['lab', 3],
}

const oldJpeg = 6

/**
 * The pixel format of a TIFF; undefined when its header lacks something that the decoder needs, too.
 * @throws UnreadableImage for pixels that cannot be read or interpreted
 */
export function describeTiff(header: TiffHeader): TiffPixels | undefined {
  const first = (tag: number, otherwise: number) => header.numbers(tag)[0] ?? otherwise
  const photometric = header.numbers(262)[0]
  const compression = first(259, 1)
  if (compression === oldJpeg) return undefined
  if (photometric === undefined) throw new UnreadableImage(desktopText('image.noColourType'))
  const [kind, base] = kinds[photometric] ?? []
  if (kind === undefined || base === undefined) throw unreadableKind(photometric)
  const samples = first(277, 1)
  const extra = samples - base
  if (extra < 0) throw new UnreadableImage(desktopText('image.fewChannels'))
  if (samples > maxChannels)
    throw new UnreadableImage(desktopText('image.manyChannels', { channels: maxChannels }))
  if (kind === 'cmyk' && first(332, 1) !== 1) throw new UnreadableImage(desktopText('image.inks'))

  const { bits, float } = checkedNumbers(header, { kind, samples, photometric })
  const types = header.numbers(338)
  const unspecified = types.length === 0 && kind === 'rgb' && extra === 1
  const extraIndex = unspecified ? 0 : types.findIndex((type, i) => i < extra && (type === 1 || type === 2))
  const alphaBand = extraIndex < 0 ? undefined : base + extraIndex
  if ((kind === 'grey' && extra > 1) || (kind === 'grey' && extra === 1 && types.length === 0)) {
    throw new UnreadableImage(desktopText('image.unknownChannels'))
  }
  if ((kind === 'ycbcr' && extra > 0) || (kind === 'palette' && extra > (alphaBand === undefined ? 0 : 1))) {
    throw new UnreadableImage(desktopText('image.extraChannels'))
  }
  return {
    kind,
    bits,
    float,
    compression,
    base,
    extra,
    alphaBand,
    premultiplied: extraIndex >= 0 && types[extraIndex] === 1,
    shiftedLab: photometric === 9,
  }
}

function unreadableKind(photometric: number): UnreadableImage {
  if (photometric === 32844 || photometric === 32845) {
    return new UnreadableImage(desktopText('image.hdr'))
  }
  if (photometric === 32803 || photometric === 34892) {
    return new UnreadableImage(desktopText('image.raw'))
  }
  return new UnreadableImage(desktopText('image.coloursRgb'))
}

/** Bits of a channel and whether they are floating-point. */
function checkedNumbers(
  header: TiffHeader,
  parsed: { kind: TiffPixels['kind']; samples: number; photometric: number },
): { bits: number; float: boolean } {
  const { kind, samples, photometric } = parsed
  const all = header.numbers(258).slice(0, samples)
  const bits = all[0] ?? 1
  if (all.some((one) => one !== bits)) {
    throw new UnreadableImage(desktopText('image.mixedBits'))
  }
  const format = header.numbers(339)[0] ?? 1
  if (format === 2) {
    throw new UnreadableImage(desktopText('image.signed'))
  }
  if (format === 3) {
    const whiteIsZero = photometric === 0
    if ((bits !== 16 && bits !== 32) || (kind !== 'grey' && kind !== 'rgb') || whiteIsZero) {
      throw new UnreadableImage(desktopText('image.float', { bits }))
    }
    return { bits, float: true }
  }
  if (format > 4) throw new UnreadableImage(desktopText('image.complex'))
  const few = samples === 1 && (kind === 'grey' || kind === 'palette') && [1, 2, 4].includes(bits)
  const deep = bits === 16 && kind !== 'ycbcr'
  if (!few && bits !== 8 && !deep) {
    throw new UnreadableImage(desktopText('image.bits', { bits }))
  }
  return { bits, float: false }
}
