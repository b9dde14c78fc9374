import { readFileSync } from 'node:fs'
import { decode } from 'fast-png'
import { originalImages, originKeyword, readOrigin } from '#shared/sample-origin.ts'
import type { SampleOrigin } from '#shared/sample-origin.ts'
import type { ChannelCount } from '#shared/schemas/image.ts'

/** What the text of a PNG says of how its images were sampled; null where its size is not what it says. */
export function originIn(file: string): SampleOrigin | null {
  const { width, height, channels, data, text } = decode(readFileSync(file))
  const origin = readOrigin(text[originKeyword] ?? '')
  const image = { width, height, channels: channels as ChannelCount, count: 1, pixels: Uint8Array.from(data) }
  return origin && originalImages(image, origin) && origin
}
