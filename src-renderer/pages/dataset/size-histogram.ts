import type { DatasetContents } from '#shared/ipc.ts'

/** Images whose longer side is at least `from` and below `to` pixels. */
export interface SizeBin {
  from: number
  to: number
  count: number
}

/** Lower edges of the bins, each about a third or a half above the one before. */
const edges = [1, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 8192]

type Sizes = Pick<DatasetContents, 'width' | 'height'>

export const longSide = ({ width, height }: Sizes, image: number): number =>
  Math.max(width[image] ?? 0, height[image] ?? 0)

/** How many images there are of each size, from the smallest to the largest; those of unknown size are left out. */
export function sizeHistogram(sizes: Sizes): SizeBin[] {
  const counts = edges.map(() => 0)
  for (let image = 0; image < sizes.width.length; image++) {
    const side = longSide(sizes, image)
    if (side > 0) {
      const bin = edges.findLastIndex((edge) => edge <= side)
      counts[bin] = (counts[bin] ?? 0) + 1
    }
  }
  const first = counts.findIndex((count) => count > 0)
  const last = counts.findLastIndex((count) => count > 0)
  if (first < 0) return []
  return counts
    .slice(first, last + 1)
    .map((count, i) => ({ from: edges[first + i] ?? 0, to: edges[first + i + 1] ?? Infinity, count }))
}
