import sharp from 'sharp'
import type { Sharp } from 'sharp'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'

/** How the writing of frames is followed and ended. */
export interface FrameProgress {
  /** Called after each frame with the share that is done. */
  onFrame?: (share: number) => void
  signal?: AbortSignal
}

/** @throws FlowerbedError `cancelled` once `signal` is aborted */
export function throwIfCancelled({ signal }: FrameProgress): void {
  if (signal?.aborted) throw new FlowerbedError('cancelled', errorText('files.savingCancelled'))
}

/** One frame of a batch, enlarged with crisp pixels. */
export function enlargedFrame(images: PixelBatch, options: { index: number; enlarge: number }): Sharp {
  const { index, enlarge } = options
  const size = imageBytes(images)
  const { width, height, channels } = images
  const pixels = images.pixels.subarray(index * size, (index + 1) * size)
  return sharp(pixels, { raw: { width, height, channels } }).resize({
    ...{ width: width * enlarge, height: height * enlarge },
    kernel: 'nearest',
  })
}
