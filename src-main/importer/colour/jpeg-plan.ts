import { fromInks, scaled } from './conversions.ts'
import { bytesAt, decoderInput } from './image-bytes.ts'
import type { ImageBytes } from './image-bytes.ts'
import type { NativePlan } from './colour-plan.ts'

/** Upper limit of the bytes before the pixels. */
const mostSegments = 4096

/** Bytes read of a segment. */
const segmentBytes = 38

/** The special case of JPEG: CMYK without a CMYK profile. */
export async function jpegPlan(bytes: ImageBytes): Promise<NativePlan | undefined> {
  if (!(await hasBareInks(bytes))) return undefined
  return {
    kind: 'native',
    input: decoderInput(bytes),
    space: 'cmyk',
    pipeline: 'cmyk',
    depth: 'uchar',
    conversion: () => fromInks(scaled({ colours: 4, max: 255 })),
  }
}

/** Reads the segments up to the frame header, which has the number of components. */
async function hasBareInks(bytes: ImageBytes): Promise<boolean> {
  const { head } = bytes
  for (let at = 2, seen = 0; seen < mostSegments; seen++) {
    const near = at + segmentBytes <= head.length
    const segment = near ? head : await bytesAt(bytes, at, segmentBytes)
    const start = near ? at : 0
    const marker = segment[start + 1] ?? 0
    if (segment[start] !== 0xff || marker === 0xda || marker === 0xd9) return false
    if (marker === 0xff) at += 1
    else if (isFrame(marker)) return segment[start + 9] === 4
    else if (marker === 0xe2 && isInkProfile(segment.subarray(start + 4))) return false
    else at += 2 + ((segment[start + 2] ?? 0) << 8) + (segment[start + 3] ?? 0)
  }
  return false
}

/** Whether an application segment starts a CMYK profile. */
function isInkProfile(data: Buffer): boolean {
  return (
    data.toString('latin1', 0, 11) === 'ICC_PROFILE' &&
    data[12] === 1 &&
    data.toString('latin1', 30, 34) === 'CMYK'
  )
}

/** SOF0 to SOF15, without the three other markers in that range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}
