import { createRequire } from 'node:module'
import type { H264MP4Encoder } from 'h264-mp4-encoder'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { fitsVideo, playingOrder } from '#shared/schemas/image-file.ts'
import type { AnimationOptions } from '#shared/schemas/image-file.ts'
import { enlargedFrame, throwIfCancelled } from './frame.ts'
import type { FrameProgress } from './frame.ts'

/** Of 10 to 51: at this one no difference from the frames is seen, apart from colours at half resolution. */
const quantization = 18
/** Of 0 to 10: slower ones make files hardly smaller. */
const speed = 5
/** Every frame is coded by itself: players jump to any, as the file tells them that they may. */
const framesPerGroup = 1

/**
 * Encodes frames, in the order in which they are shown, as a video: H.264 in MP4. What is transparent becomes white.
 * @throws FlowerbedError `bad-input` for frames that are too large for players, `cancelled`
 */
export async function mp4Of(
  images: PixelBatch,
  options: Pick<AnimationOptions, 'framesPerSecond' | 'backAndForth' | 'enlarge'> & FrameProgress,
): Promise<Uint8Array> {
  const { framesPerSecond, backAndForth, enlarge, onFrame } = options
  const [width, height] = [even(images.width * enlarge), even(images.height * enlarge)]
  if (!fitsVideo(width, height))
    throw new FlowerbedError('bad-input', errorText('files.videoTooLarge', { width, height }))
  const encoder = await createEncoder()
  Object.assign(encoder, { width, height, speed })
  // It knows whole numbers only.
  encoder.frameRate = Math.round(framesPerSecond)
  encoder.quantizationParameter = quantization
  encoder.groupOfPictures = framesPerGroup // cspell:disable-line
  encoder.initialize()
  try {
    const order = playingOrder(images.count, backAndForth)
    for (const [i, index] of order.entries()) {
      throwIfCancelled(options)
      encoder.addFrameRgba(await rgbaOf(images, { index, enlarge }))
      onFrame?.((i + 1) / order.length)
    }
    throwIfCancelled(options)
  } catch (thrown) {
    finish(encoder)
    throw thrown
  }
  return finish(encoder)
}

/** Ends the video and frees the encoder, which it does not allow the other way round. */
function finish(encoder: H264MP4Encoder): Uint8Array {
  encoder.finalize()
  const bytes = encoder.FS.readFile(encoder.outputFilename)
  encoder.FS.unlink(encoder.outputFilename)
  encoder.delete()
  return bytes
}

/** H.264 halves colours in both directions, so that sides are even. */
const even = (side: number) => side + (side % 2)

async function rgbaOf(images: PixelBatch, frame: { index: number; enlarge: number }): Promise<Buffer> {
  const enlarged = await enlargedFrame(images, frame)
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = enlarged.info
  const rgba = Buffer.alloc(even(width) * even(height) * 4, 255)
  // The last row and column are repeated where a side is odd.
  for (let y = 0; y < even(height); y++)
    for (let x = 0; x < even(width); x++) {
      const from = (Math.min(y, height - 1) * width + Math.min(x, width - 1)) * channels
      for (let c = 0; c < 3; c++)
        rgba[(y * even(width) + x) * 4 + c] = enlarged.data[channels === 1 ? from : from + c] ?? 0
    }
  return rgba
}

/** Loads the encoder, compiled to WebAssembly, when first needed. */
async function createEncoder(): Promise<H264MP4Encoder> {
  const events = ['uncaughtException', 'unhandledRejection'] as const
  const before = events.map((event) => process.listeners(event as 'uncaughtException'))
  const { createH264MP4Encoder } = createRequire(import.meta.url)('h264-mp4-encoder') as {
    createH264MP4Encoder: () => Promise<H264MP4Encoder>
  }
  // It would end the process on any promise that is rejected, whoever made it.
  events.forEach((event, i) => {
    for (const listener of process.listeners(event as 'uncaughtException'))
      if (!before[i]?.includes(listener)) process.off(event, listener)
  })
  return await createH264MP4Encoder()
}
