import { desktopText } from '#shared/desktop-text.ts'
import { UnreadableImage } from '../reasons.ts'
import { readAvifHeader } from './avif-header.ts'
import type { AvifHeader } from './avif-header.ts'
import { isHighRange, spaceOf } from './cicp.ts'
import { fromP3, fromVideoRange, scaled, then, unmultiply } from './conversions.ts'
import { copyOf, decoderInput } from './image-bytes.ts'
import type { ImageBytes } from './image-bytes.ts'
import { profileOf } from './profile.ts'
import type { ColourPlan } from './colour-plan.ts'

/** Special cases of AVIF: animations, colours given by code points, and formats that the decoder misreads. */
export async function avifPlan(bytes: ImageBytes): Promise<ColourPlan | undefined> {
  const input = await stillOf(bytes)
  const header = await readAvifHeader(bytes)
  if (!header && input !== decoderInput(bytes)) {
    throw new UnreadableImage(desktopText('image.animation'))
  }
  if (!header) return { kind: 'ordinary', input }
  const { coded } = header
  // A profile says more than code points, except whether the image is HDR.
  const wide = coded && (!header.profiled || isHighRange(coded)) && spaceOf(coded) === 'p3'
  const videoGrey = header.grey && !isFullRange(header)
  const profile = header.profiled ? await profileOf(input, header.grey ? 'GRAY' : 'RGB ') : undefined
  // The decoder makes RGB of grey, which its profile does not fit, and takes 16 bits to Display P3.
  const misprofiled = profile !== undefined && (header.grey || header.bits > 8)
  if (!wide && !videoGrey && !header.premultiplied && !misprofiled) return { kind: 'ordinary', input }
  const colours = header.grey ? 1 : 3
  const steps = [
    ...(videoGrey ? [fromVideoRange(header.bits, colours)] : []),
    ...(header.premultiplied ? [unmultiply(colours)] : []),
    ...(wide && !header.grey ? [fromP3] : []),
  ]
  // The decoder pads fewer bits to 16 with zeros.
  const max = (2 ** header.bits - 1) * 2 ** (16 - header.bits)
  return {
    kind: 'native',
    input,
    space: 'rgb16',
    pipeline: 'rgb16',
    depth: 'ushort',
    conversion: (bands) => then(scaled({ colours, alphaBand: bands > 3 ? 3 : undefined, max }), ...steps),
    ...(profile ? { profile } : {}),
  }
}

/** The first image of an animation: the decoder needs the brand of a still image. */
async function stillOf(bytes: ImageBytes): Promise<Buffer | string> {
  if (bytes.head.toString('latin1', 8, 12) !== 'avis') return decoderInput(bytes)
  const copy = await copyOf(bytes)
  copy.write('avif', 8, 'latin1')
  return copy
}

function isFullRange(header: AvifHeader): boolean {
  if (header.fullRange === undefined) {
    throw new UnreadableImage(desktopText('image.greyRange'))
  }
  return header.fullRange
}
