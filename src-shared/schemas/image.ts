import { z } from 'zod'

export const channelCountSchema = z.union([z.literal(1), z.literal(3), z.literal(4)])
export type ChannelCount = z.infer<typeof channelCountSchema>

/** Shortest and longest side that an image may be trained at, in pixels. */
export const smallestSide = 8
export const largestSide = 512

/** The one size that all images of a dataset and of a run have. */
export const imageShapeSchema = z.object({
  height: z.int().min(smallestSide).max(largestSide),
  width: z.int().min(smallestSide).max(largestSide),
  channels: channelCountSchema,
})
export type ImageShape = z.infer<typeof imageShapeSchema>

/** Images as they cross process borders: uint8, NHWC, `pixels.length === count · height · width · channels`. */
export interface PixelBatch extends ImageShape {
  count: number
  pixels: Uint8Array
}

/** Bytes of one image. */
export function imageBytes(shape: ImageShape): number {
  return shape.height * shape.width * shape.channels
}

/** Columns of the most nearly square sheet of images. */
export const sheetColumns = (count: number): number => Math.ceil(Math.sqrt(count))
