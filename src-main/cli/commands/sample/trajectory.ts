import { join } from 'node:path'
import { imageBytes, sheetColumns } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { imageAt, tile, writePng } from '../../../engine/images/png.ts'
import { writeAnimation } from '../../support/write-images.ts'

/** Number of images in the animation. */
const animatedImages = 16
/** Width in pixels to which the animation of small images is enlarged. */
const animationWidth = 512

/** Writes one PNG per image with the frames from latent to image; `first` is the first image's number. Answers the files. */
export async function writeTrajectories(options: {
  folder: string
  trajectory: PixelBatch
  frames: number
  first: number
  enlarge: number
}): Promise<string[]> {
  const { folder, trajectory, frames, first, enlarge } = options
  const size = imageBytes(trajectory)
  const files: string[] = []
  for (let i = 0; i * frames < trajectory.count; i++) {
    const file = join(folder, `trajectory-${String(first + i + 1).padStart(4, '0')}.png`)
    const pixels = trajectory.pixels.subarray(i * frames * size, (i + 1) * frames * size)
    await writePng(file, tile({ ...trajectory, count: frames, pixels }, frames), { enlarge })
    files.push(file)
  }
  return files
}

/** Writes the first images as an animated sheet, from latents to images and back. */
export async function writeTrajectoryAnimation(
  file: string,
  trajectory: PixelBatch,
  frames: number,
): Promise<void> {
  const count = Math.min(trajectory.count / frames, animatedImages)
  const size = imageBytes(trajectory)
  const sheets = Array.from({ length: frames }, (_, frame) => {
    const pixels = new Uint8Array(count * size)
    for (let i = 0; i < count; i++) pixels.set(imageAt(trajectory, i * frames + frame).pixels, i * size)
    return tile({ ...trajectory, count, pixels })
  })
  const [sheet] = sheets as [PixelBatch]
  const pixels = new Uint8Array(frames * sheet.pixels.length)
  sheets.forEach((one, i) => pixels.set(one.pixels, i * sheet.pixels.length))
  const side = sheetColumns(count) * Math.max(trajectory.width, trajectory.height)
  const enlarge = Math.max(1, Math.floor(animationWidth / side))
  await writeAnimation(file, { ...sheet, count: frames, pixels }, { scale: enlarge })
}
