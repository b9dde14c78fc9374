import type { Sharp } from 'sharp'
import { desktopText } from '#shared/desktop-text.ts'
import { openDecoder } from '../decoder.ts'
import { UnreadableImage } from '../reasons.ts'
import { bandsTiff } from './bands-tiff.ts'
import type { Conversion } from './conversions.ts'
import type { NativePlan } from './colour-plan.ts'

/** The target size, and whether excess width or height is cropped or padded. */
export interface Target {
  width: number
  height: number
  crop: boolean
}

const arrays = { uchar: Uint8Array, ushort: Uint16Array, float: Float32Array }

/** Floating-point values this far outside 0 to 1 are clipped: less than three levels of 255. */
const rangeSlack = 0.01
/** Samples checked in one piece. */
const samplesAtOnce = 1 << 24

/** Maximum number of converted pixels; larger images are first shrunk to a multiple of the target size. */
const mostPixels = 1 << 20

/**
 * Reads a file by a native plan as an image that the decoder reads correctly. Colours are converted before the image is
 * resized, as the decoder does; only far larger images are shrunk before.
 * @returns functions that open that image, the better first
 */
export async function readNative(plan: NativePlan, target: Target): Promise<(() => Sharp)[]> {
  if (plan.unitRange) await checkUnitRange(plan, plan.unitRange)
  const { width, height, crop } = target
  const times = Math.max(1, Math.floor(Math.sqrt(mostPixels / (width * height))))
  const opened = openDecoder(plan.input, { ignoreIcc: true })
  if (plan.pipeline) opened.pipelineColourspace(plan.pipeline)
  const { data, info } = await opened
    .autoOrient()
    .resize({
      width: width * times,
      height: height * times,
      fit: crop ? 'cover' : 'inside',
      withoutEnlargement: true,
    })
    .toColourspace(plan.space)
    .raw({ depth: plan.depth })
    .toBuffer({ resolveWithObject: true })
  const conversion = plan.conversion(info.channels)
  const pixels = convertAll(numbersOf(data, plan.depth), { conversion, bands: info.channels })
  const image = { pixels, width: info.width, height: info.height, conversion }
  const { profile } = plan
  const profiled = profile ? [() => openDecoder(bandsTiff({ ...image, profile }))] : []
  return conversion.colours === 4 ? profiled : [...profiled, () => openPlain(image)]
}

function numbersOf(data: Buffer, depth: NativePlan['depth']): ArrayLike<number> {
  const Numbers = arrays[depth]
  // A copy where the offset is not aligned.
  const bytes = data.byteOffset % Numbers.BYTES_PER_ELEMENT === 0 ? data : Uint8Array.from(data)
  return new Numbers(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length / Numbers.BYTES_PER_ELEMENT)
}

function convertAll(
  from: ArrayLike<number>,
  { conversion, bands }: { conversion: Conversion; bands: number },
): Float32Array {
  const { colours, alpha, convert } = conversion
  const width = colours + (alpha ? 1 : 0)
  const count = from.length / bands
  const pixels = new Float32Array(count * width)
  const pixel = new Float64Array(5)
  for (let i = 0; i < count; i++) {
    pixel.fill(1)
    convert(from, i * bands, pixel)
    for (let j = 0; j < width; j++) pixels[i * width + j] = pixel[j] ?? 0
  }
  return pixels
}

/** Colours without a profile: 8-bit sRGB or grey. */
function openPlain(image: {
  pixels: Float32Array
  width: number
  height: number
  conversion: Conversion
}): Sharp {
  const { pixels, width, height, conversion } = image
  const channels = conversion.colours === 1 ? (conversion.alpha ? 2 : 1) : conversion.alpha ? 4 : 3
  const bytes = Uint8ClampedArray.from(pixels, (value) => value * 255)
  return openDecoder(Buffer.from(bytes.buffer), { raw: { width, height, channels } })
}

/** @throws UnreadableImage for values outside 0 to 1, so that the white level is unknown. */
async function checkUnitRange(
  plan: NativePlan,
  { width, height, bands }: { width: number; height: number; bands: number },
): Promise<void> {
  const rows = Math.max(1, Math.floor(samplesAtOnce / (width * bands)))
  for (let top = 0; top < height; top += rows) {
    const data = await openDecoder(plan.input, { ignoreIcc: true })
      .extract({ left: 0, top, width, height: Math.min(rows, height - top) })
      .toColourspace(plan.space)
      .raw({ depth: 'float' })
      .toBuffer()
    const numbers = numbersOf(data, 'float')
    for (let i = 0; i < numbers.length; i++) {
      const value = numbers[i] ?? 0
      // Written so that NaN fails, too.
      if (!(value >= -rangeSlack && value <= 1 + rangeSlack)) {
        throw new UnreadableImage(desktopText('image.whiteLevel'))
      }
    }
  }
}
