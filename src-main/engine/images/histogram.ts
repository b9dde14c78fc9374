import type { PixelBatch } from '#shared/schemas/image.ts'

/** The share of each channel's bytes that falls into each of `bins` equal ranges: `[channel][bin]`. */
export function pixelHistogram({ pixels, channels }: PixelBatch, bins: number): number[][] {
  const shares = Array.from({ length: channels }, () => new Array<number>(bins).fill(0))
  const share = channels / pixels.length
  for (let i = 0; i < pixels.length; i++) {
    const ofChannel = shares[i % channels] as number[]
    const bin = Math.floor(((pixels[i] as number) * bins) / 256)
    ofChannel[bin] = (ofChannel[bin] as number) + share
  }
  return shares
}

/**
 * How far brightness has to be moved to make one histogram of the other (Wasserstein-1), as a share of the range from
 * black to white; the mean of the channels.
 */
export function histogramDistance(a: number[][], b: number[][]): number {
  const distances = a.map((shares, channel) => {
    let [lead, moved] = [0, 0]
    shares.forEach((share, bin) => {
      lead += share - (b[channel]?.[bin] ?? 0)
      moved += Math.abs(lead) / shares.length
    })
    return moved
  })
  return distances.reduce((sum, distance) => sum + distance / distances.length, 0)
}
