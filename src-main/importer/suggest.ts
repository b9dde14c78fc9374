import type { ImportOptions, ScanReport } from '#shared/schemas/dataset.ts'

export interface ImageSize {
  width: number
  height: number
}

const usualSizes = [64, 48, 32, 28]
const smallestSize = 8
/** An image counts as grey when no pixel of its thumbnail has more than this between its channels. */
const greyTolerance = 8

/** Minimum, median and maximum of each side. */
export function summarizeSizes(sizes: ImageSize[]): ScanReport['sizes'] {
  const widths = sizes.map((size) => size.width).sort((a, b) => a - b)
  const heights = sizes.map((size) => size.height).sort((a, b) => a - b)
  return {
    minWidth: quantile(widths, 0),
    minHeight: quantile(heights, 0),
    medianWidth: quantile(widths, 0.5),
    medianHeight: quantile(heights, 0.5),
    maxWidth: quantile(widths, 1),
    maxHeight: quantile(heights, 1),
  }
}

/** The options a scan proposes: square, no larger than the images are, quick to train. */
export function suggestOptions(found: {
  name: string
  sizes: ImageSize[]
  greyShare: number
  labelCount: number
}): ImportOptions {
  const side = squareSide(found.sizes)
  return {
    name: found.name.slice(0, 200),
    height: side,
    width: side,
    channels: found.greyShare > 0.99 ? 1 : 3,
    fit: shapesVary(found.sizes) ? 'fit' : 'crop',
    labels: found.labelCount >= 2,
  }
}

function squareSide(sizes: ImageSize[]): number {
  const shortSides = sizes.map((size) => Math.min(size.width, size.height)).sort((a, b) => a - b)
  const median = quantile(shortSides, 0.5)
  return usualSizes.find((size) => size <= median) ?? Math.max(smallestSize, median)
}

/** Portrait and landscape photos together still crop well; very wide and very tall images do not. */
function shapesVary(sizes: ImageSize[]): boolean {
  const aspects = sizes.map((size) => size.width / size.height).sort((a, b) => a - b)
  return quantile(aspects, 0.9) / quantile(aspects, 0.1) > 3
}

/** @param sorted ascending */
function quantile(sorted: number[], q: number): number {
  return sorted[Math.round((sorted.length - 1) * q)] ?? 0
}

/** Whether an RGB image is practically grey. */
export function isGrey(rgb: Uint8Array): boolean {
  for (let i = 0; i + 2 < rgb.length; i += 3) {
    const [red = 0, green = 0, blue = 0] = [rgb[i], rgb[i + 1], rgb[i + 2]]
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > greyTolerance) return false
  }
  return true
}
