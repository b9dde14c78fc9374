import { z } from 'zod'
import { desktopText } from '#shared/desktop-text.ts'
import { channelCountSchema, imageBytes } from '#shared/schemas/image.ts'

/** What images are saved as: one PNG, an animation, or a folder with a PNG for each frame. */
export const imageFileFormats = ['gif', 'webp', 'mp4', 'frames', 'png'] as const
export type ImageFileFormat = (typeof imageFileFormats)[number]

/** How many times an image may be enlarged, each pixel becoming a square. */
export const enlargements = [1, 2, 4, 8] as const

/** Frames per second; GIF counts in hundredths of a second and viewers slow down what is faster than two of them. */
export const frameRate = { min: 1, max: 50, default: 12 }

/** The largest video that players show: H.264 at level 5.1 has 36,864 blocks of 16 × 16 pixels. */
const mostBlocks = 36_864
const blocks = (pixels: number) => Math.ceil(pixels / 16)
export const fitsVideo = (width: number, height: number): boolean =>
  blocks(width) * blocks(height) <= mostBlocks

const side = z.int().min(1).max(16_384)
/** Images that come from the window, sheets of them included: their bytes must be as many as their shape says. */
export const pixelBatchSchema = z
  .strictObject({
    ...{ height: side, width: side, channels: channelCountSchema },
    count: z.int().min(1).max(4096),
    pixels: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  })
  .refine((batch) => batch.pixels.length === batch.count * imageBytes(batch), {
    error: () => desktopText('input.incompleteImages'),
  })

/** How frames become a file. */
export const animationOptionsSchema = z.strictObject({
  format: z.enum(imageFileFormats),
  framesPerSecond: z
    .number({ error: () => desktopText('input.framesPerSecond') })
    .min(frameRate.min, { error: () => desktopText('input.framesPerSecondMin', { min: frameRate.min }) })
    .max(frameRate.max, { error: () => desktopText('input.framesPerSecondMax', { max: frameRate.max }) })
    .default(frameRate.default),
  /** Whether the animation also plays back to its first frame, as a loop without a jump. */
  backAndForth: z.boolean().default(false),
  enlarge: z.int().min(1).max(128).default(1),
})
export type AnimationOptions = z.output<typeof animationOptionsSchema>

/** The order in which frames are shown: forwards, or forwards and back without showing an end twice. */
export function playingOrder(count: number, backAndForth: boolean): number[] {
  const forwards = Array.from({ length: count }, (_, i) => i)
  return backAndForth ? [...forwards, ...forwards.slice(1, -1).reverse()] : forwards
}

/** What was written. */
export interface SavedImages {
  /** The file, or the folder of frames. */
  path: string
  files: number
  bytes: number
}
