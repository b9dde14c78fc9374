import { desktopText } from '#shared/desktop-text.ts'
import { UnreadableImage } from '../reasons.ts'

/** Colours given by code points of ITU-T H.273, as in PNG and AVIF. */
export interface CodedColours {
  primaries: number
  transfer: number
}

// Unspecified, or so close to sRGB that programs ignore the difference.
const nearSrgbPrimaries = new Set([1, 2, 5, 6, 7])
const nearSrgbTransfers = new Set([1, 2, 6, 13, 14, 15])
const displayP3 = 12

/** Whether the transfer function is of HDR: PQ or HLG. */
export function isHighRange({ transfer }: CodedColours): boolean {
  return transfer === 16 || transfer === 18
}

/**
 * Whether coded colours are read as sRGB or as Display P3.
 * @throws UnreadableImage for all others
 */
export function spaceOf(coded: CodedColours): 'srgb' | 'p3' {
  const { primaries, transfer } = coded
  if (isHighRange(coded)) {
    throw new UnreadableImage(desktopText('image.hdr'))
  }
  if (nearSrgbTransfers.has(transfer)) {
    if (nearSrgbPrimaries.has(primaries)) return 'srgb'
    if (primaries === displayP3) return 'p3'
  }
  throw new UnreadableImage(desktopText('image.space'))
}
