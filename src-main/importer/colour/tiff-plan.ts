import { desktopText } from '#shared/desktop-text.ts'
import { maxChannels } from '../decoder.ts'
import { UnreadableImage } from '../reasons.ts'
import { uninterpreted } from './bands-tiff.ts'
import { fromInks, fromLab, fromYCbCr, scaled, then, unmultiply } from './conversions.ts'
import type { Conversion } from './conversions.ts'
import { copyOf, decoderInput } from './image-bytes.ts'
import type { ImageBytes } from './image-bytes.ts'
import type { NativePlan } from './colour-plan.ts'
import { profileOf } from './profile.ts'
import type { ProfileSpace } from './profile.ts'
import { describeTiff } from './tiff-pixels.ts'
import type { TiffPixels } from './tiff-pixels.ts'
import { readTiffHeader } from './tiff-header.ts'
import type { TiffHeader } from './tiff-header.ts'

const jpeg = 7
const photometric = 262
const extraSamples = 338
const iccProfile = 34675

/**
 * TIFFs hold numbers of many kinds; the decoder is right about 8 bits of grey, RGB, palette or profiled CMYK with at
 * most an alpha beside them, and about 16 bits of those without a profile.
 */
export async function tiffPlan(bytes: ImageBytes): Promise<NativePlan | undefined> {
  const header = await readTiffHeader(bytes)
  if (!header) return undefined
  const pixels = describeTiff(header)
  if (!pixels) return undefined
  const special = specialColours(pixels, header)
  const dropsBands =
    pixels.extra > (pixels.alphaBand === undefined ? 0 : 1) || (pixels.alphaBand ?? 0) > pixels.base
  if (special || pixels.float || dropsBands)
    return await uninterpretedPlan(bytes, { header, pixels, special })
  const input = decoderInput(bytes)
  if (pixels.kind === 'cmyk') return await inksPlan(input, pixels, header.has(iccProfile))
  if (pixels.bits < 16) return undefined
  const profile = header.has(iccProfile) ? await profileOf(input, profileSpaceOf(pixels)) : undefined
  if (!profile) return undefined
  const colours = pixels.kind === 'grey' ? 1 : 3
  return {
    kind: 'native',
    input,
    space: colours === 1 ? 'grey16' : 'rgb16',
    depth: 'ushort',
    conversion: (bands) => scaled({ colours, alphaBand: bands > colours ? colours : undefined, max: 65535 }),
    profile,
  }
}

/** The decoder converts CMYK with a profile; without one, ideal inks are assumed. */
async function inksPlan(
  input: Buffer | string,
  pixels: TiffPixels,
  profiled: boolean,
): Promise<NativePlan | undefined> {
  if (profiled && (await profileOf(input, 'CMYK'))) return undefined
  const { bits, alphaBand } = pixels
  return {
    kind: 'native',
    input,
    space: 'cmyk',
    pipeline: 'cmyk',
    depth: bits === 8 ? 'uchar' : 'ushort',
    conversion: () => fromInks(scaled({ colours: 4, alphaBand, max: 2 ** bits - 1 })),
  }
}

/** Conversions for colours that the decoder misreads. */
function specialColours(pixels: TiffPixels, header: TiffHeader): Conversion | undefined {
  const { kind, bits, alphaBand } = pixels
  if (kind === 'lab') return fromLab({ bits: bits === 8 ? 8 : 16, offset: pixels.shiftedLab, alphaBand })
  if (kind !== 'ycbcr') return undefined
  // The decoder converts JPEG-compressed or chroma-subsampled pixels itself.
  const [across = 2, down = 2] = header.numbers(530)
  if (pixels.compression === jpeg || across !== 1 || down !== 1) return undefined
  const [red = 0.299, green = 0.587, blue = 0.114] = header.numbers(529)
  const [a = 0, b = 255, c = 128, d = 255, e = 128, f = 255] = header.numbers(532)
  return fromYCbCr({ weights: [red, green, blue], reference: [a, b, c, d, e, f] })
}

/** Makes the decoder return all bands unchanged, by a copy of the file without their interpretation. */
async function uninterpretedPlan(
  bytes: ImageBytes,
  parsed: { header: TiffHeader; pixels: TiffPixels; special: Conversion | undefined },
): Promise<NativePlan> {
  const { header, pixels, special } = parsed
  const { kind, bits, float, alphaBand, base, extra } = pixels
  if (pixels.compression === jpeg) {
    throw new UnreadableImage(desktopText('image.jpegChannels'))
  }
  const copy = await uninterpretedCopy(bytes, header)
  const colours = kind === 'grey' ? 1 : kind === 'cmyk' ? 4 : 3
  const straight = special ?? scaled({ colours, alphaBand, max: float ? 1 : 2 ** bits - 1 })
  const plain = pixels.premultiplied ? then(straight, unmultiply(colours)) : straight
  const profile =
    kind === 'lab' || !header.has(iccProfile) ? undefined : await profileOf(copy, profileSpaceOf(pixels))
  const [width = 0] = header.numbers(256)
  const [height = 0] = header.numbers(257)
  return {
    kind: 'native',
    input: copy,
    space: 'multiband',
    depth: float ? 'float' : bits === 8 ? 'uchar' : 'ushort',
    conversion: () => (kind === 'cmyk' && !profile ? fromInks(plain) : plain),
    ...(float ? { unitRange: { width, height, bands: Math.min(base + extra, maxChannels) } } : {}),
    ...(profile ? { profile } : {}),
  }
}

/** A copy without the photometric interpretation and without the premultiplied alpha. */
async function uninterpretedCopy(bytes: ImageBytes, header: TiffHeader): Promise<Buffer> {
  const copy = await copyOf(bytes)
  const write = (value: number, at: number) =>
    header.littleEndian ? copy.writeUInt16LE(value, at) : copy.writeUInt16BE(value, at)
  write(uninterpreted, header.offsetOf(photometric) ?? 0)
  const types = header.offsetOf(extraSamples) ?? 0
  header.numbers(extraSamples).forEach((_, i) => write(0, types + 2 * i))
  return copy
}

function profileSpaceOf({ kind }: TiffPixels): ProfileSpace {
  return kind === 'grey' ? 'GRAY' : kind === 'cmyk' ? 'CMYK' : 'RGB '
}
