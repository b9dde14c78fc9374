import sharp from 'sharp'
import type { Sharp, SharpOptions } from 'sharp'
import { maxPixels } from './reasons.ts'

// Many small images: one thread each, many at once; and nothing is ever decoded twice.
sharp.cache(false)
sharp.concurrency(1)

const secondsPerFile = 30

/** Colours, and the channels that some programs put beside them. */
export const maxChannels = 16

/** Opens an untrusted image within the limits that hold for all of them. */
export function openDecoder(input: Buffer | string, options: SharpOptions = {}): Sharp {
  return sharp(input, {
    failOn: 'error',
    limitInputPixels: maxPixels,
    limitInputChannels: maxChannels,
    sequentialRead: true,
    ...options,
  }).timeout({ seconds: secondsPerFile })
}
