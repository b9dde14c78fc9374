import { z } from 'zod'

export const channelCountSchema = z.union([z.literal(1), z.literal(3), z.literal(4)])
export type ChannelCount = z.infer<typeof channelCountSchema>

/** Shortest and longest side that an image may be trained at, in pixels. */
export const smallestSide = 8
export const largestSide = 512

/** The one size that all pictures of a dataset and of a run have. */
export const pictureShapeSchema = z.object({
  height: z.int().min(smallestSide).max(largestSide),
  width: z.int().min(smallestSide).max(largestSide),
  channels: channelCountSchema,
})
export type PictureShape = z.infer<typeof pictureShapeSchema>

/** Pictures as they cross process borders: uint8, NHWC, `pixels.length === count · height · width · channels`. */
export interface PixelBatch extends PictureShape {
  count: number
  pixels: Uint8Array
}

/** Bytes of one picture. */
export function pictureBytes(shape: PictureShape): number {
  return shape.height * shape.width * shape.channels
}
