import { desktopText } from '#shared/desktop-text.ts'
import { spaceOf } from './cicp.ts'
import type { CodedColours } from './cicp.ts'
import { UnreadableImage } from '../reasons.ts'
import { fromP3, scaled, then } from './conversions.ts'
import { bytesAt, decoderInput } from './image-bytes.ts'
import type { ImageBytes } from './image-bytes.ts'
import type { NativePlan } from './colour-plan.ts'
import { profileOf } from './profile.ts'

/** Upper limit of the bytes before the pixels. */
const mostChunks = 4096

/** Special cases of PNG: 16 bits with a profile, and colours given by code points. */
export async function pngPlan(bytes: ImageBytes): Promise<NativePlan | undefined> {
  const deep = bytes.head[24] === 16
  const grey = bytes.head[25] === 0 || bytes.head[25] === 4
  const { coded, profiled } = await colourChunks(bytes)
  const input = decoderInput(bytes)
  if (coded && spaceOf(coded) === 'p3' && !grey) {
    // The decoder pads 8 bits to 16 with zeros and does not repeat them.
    const max = deep ? 65535 : 255 << 8
    return {
      kind: 'native',
      input,
      space: 'rgb16',
      pipeline: 'rgb16',
      depth: 'ushort',
      conversion: (bands) => then(scaled({ colours: 3, alphaBand: bands > 3 ? 3 : undefined, max }), fromP3),
    }
  }
  if (!deep || !profiled) return undefined
  const colours = grey ? 1 : 3
  const profile = await profileOf(input, grey ? 'GRAY' : 'RGB ')
  return {
    kind: 'native',
    input,
    space: grey ? 'grey16' : 'rgb16',
    depth: 'ushort',
    conversion: (bands) => scaled({ colours, alphaBand: bands > colours ? colours : undefined, max: 65535 }),
    ...(profile ? { profile } : {}),
  }
}

/** The colour information of the chunks before the pixels. */
async function colourChunks(bytes: ImageBytes): Promise<{ coded?: CodedColours; profiled: boolean }> {
  const { head } = bytes
  const found: { coded?: CodedColours; profiled: boolean } = { profiled: false }
  for (let at = 8, seen = 0; seen < mostChunks; seen++) {
    const near = at + 12 <= head.length
    const chunk = near ? head : await bytesAt(bytes, at, 12)
    const start = near ? at : 0
    if (chunk.length < start + 12) return found
    const length = chunk.readUInt32BE(start)
    const type = chunk.toString('latin1', start + 4, start + 8)
    if (type === 'IDAT' || type === 'IEND') return found
    if (type === 'iCCP') found.profiled = true
    if (type === 'cICP') {
      const [primaries = 0, transfer = 0, , fullRange = 0] = chunk.subarray(start + 8, start + 12)
      if (fullRange !== 1) throw new UnreadableImage(desktopText('image.videoRange'))
      found.coded = { primaries, transfer }
    }
    at += 12 + length
  }
  return found
}
