import sharp from 'sharp'
import { imageBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { enlarged } from '../../engine/images/png.ts'
import { writeFileAtomically } from '../../files/atomic-write.ts'

/** Writes images as an animation that plays forwards and backwards, as GIF or WebP by the file's extension. */
export async function writeAnimation(
  path: string,
  frames: PixelBatch,
  options: { enlarge?: number; framesPerSecond?: number } = {},
): Promise<void> {
  const { enlarge = 1, framesPerSecond = 12 } = options
  const size = imageBytes(frames)
  const forwards = Array.from({ length: frames.count }, (_, i) => i)
  const order = [...forwards, ...forwards.slice(1, -1).reverse()]
  const pages = new Uint8Array(order.length * size)
  order.forEach((frame, i) => pages.set(frames.pixels.subarray(frame * size, (frame + 1) * size), i * size))
  const column = { ...frames, count: 1, height: frames.height * order.length, pixels: pages }
  const { pixels, width, height, channels } = enlarged(column, enlarge)
  const image = sharp(pixels, { raw: { width, height, channels, pageHeight: frames.height * enlarge } })
  const delay = order.map(() => Math.round(1000 / framesPerSecond))
  const bytes = path.endsWith('.gif')
    ? image.gif({ delay, loop: 0 })
    : image.webp({ delay, loop: 0, lossless: true })
  await writeFileAtomically(path, await bytes.toBuffer())
}
