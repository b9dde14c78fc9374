import type { PixelBatch } from '#shared/schemas/image.ts'

/** Paints image `index` of a batch on a canvas at its own size. */
export function paintImage(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  batch: PixelBatch,
  index: number,
): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const { width, height, channels, pixels } = batch
  const image = context.createImageData(width, height)
  const start = index * width * height * channels
  for (let i = 0; i < width * height; i++) {
    const at = start + i * channels
    const grey = pixels[at] ?? 0
    image.data[4 * i] = grey
    image.data[4 * i + 1] = channels === 1 ? grey : (pixels[at + 1] ?? 0)
    image.data[4 * i + 2] = channels === 1 ? grey : (pixels[at + 2] ?? 0)
    image.data[4 * i + 3] = channels === 4 ? (pixels[at + 3] ?? 0) : 255
  }
  context.putImageData(image, 0, 0)
}

/** Image `index` of a batch as PNG, each pixel enlarged to a square. */
export async function pngOf(batch: PixelBatch, options: { index: number; enlarge: number }): Promise<Blob> {
  const { index, enlarge } = options
  const small = new OffscreenCanvas(batch.width, batch.height)
  paintImage(small, batch, index)
  const large = new OffscreenCanvas(batch.width * enlarge, batch.height * enlarge)
  const context = large.getContext('2d')
  if (context) {
    context.imageSmoothingEnabled = false
    context.drawImage(small, 0, 0, large.width, large.height)
  }
  return await large.convertToBlob({ type: 'image/png' })
}
