/** The codes of training images, flat `[count, codeSize]`, and how far apart neighbours among them are. */
export interface CodeNeighbours {
  codes: Float32Array
  codeSize: number
  /** Standard deviation of the kernel that neighbours are weighted by. */
  bandwidth: number
}

/** Codes whose nearest neighbours are looked for, at even distances. */
const probes = 128
/** The bandwidth over the median distance to the nearest neighbour, and the share of the mean shift that is taken: by a study (docs/model.md). */
const bandwidthShare = 0.3
const shiftShare = 0.5
/** How far from an image, as the weight of all others, the whole of that share is taken. */
const shiftedFrom = 1 / 2

/** The neighbours among codes of which some may be repeated; null where fewer than two differ. */
export function codeNeighbours(codes: Float32Array, codeSize: number): CodeNeighbours | null {
  const count = codes.length / codeSize
  const tried = Math.min(probes, count)
  const nearest: number[] = []
  for (let i = 0; i < tried; i++) {
    const row = Math.floor((i * count) / tried)
    const squares = squaredDistances(codes.subarray(row * codeSize, (row + 1) * codeSize), codes)
    let least = Infinity
    for (const square of squares) if (square > 0 && square < least) least = square
    if (Number.isFinite(least)) nearest.push(Math.sqrt(least))
  }
  const median = nearest.sort((a, b) => a - b)[nearest.length >> 1]
  return median === undefined ? null : { codes, codeSize, bandwidth: bandwidthShare * median }
}

/**
 * Moves mixed codes `[rows, codeSize]`, in place, to where codes of images are: half a mean shift (Fukunaga and Hostetler 1975), which
 * follows the gradient of the density of those codes. Between two images there may be no image's code, and the network was
 * not trained there. Codes of images themselves (by their `weights`) stay.
 */
export function moveToNeighbours(
  mixed: Float32Array,
  { weights, neighbours }: { weights: number[][]; neighbours: CodeNeighbours },
): void {
  const { codes, codeSize, bandwidth } = neighbours
  weights.forEach((each, row) => {
    const away = Math.min(1, Math.max(0, 1 - Math.max(...each)) / shiftedFrom)
    if (away === 0) return
    const code = mixed.subarray(row * codeSize, (row + 1) * codeSize)
    const mean = kernelMean(code, codes, bandwidth)
    code.forEach((value, k) => (code[k] = value + shiftShare * away * ((mean[k] ?? 0) - value)))
  })
}

/** The mean of codes weighted by a Gaussian kernel around one. */
function kernelMean(code: Float32Array, codes: Float32Array, bandwidth: number): Float64Array {
  const squares = squaredDistances(code, codes)
  // Relative to the nearest, so that not all weights are zero.
  const least = squares.reduce((found, square) => Math.min(found, square), Infinity)
  const mean = new Float64Array(code.length)
  let total = 0
  squares.forEach((square, i) => {
    const weight = Math.exp((least - square) / (2 * bandwidth ** 2))
    total += weight
    for (let k = 0; k < mean.length; k++)
      mean[k] = (mean[k] ?? 0) + weight * (codes[i * mean.length + k] ?? 0)
  })
  return mean.map((sum) => sum / total)
}

function squaredDistances(code: Float32Array, codes: Float32Array): Float64Array {
  const size = code.length
  const squares = new Float64Array(codes.length / size)
  for (let i = 0; i < squares.length; i++) {
    let sum = 0
    for (let k = 0; k < size; k++) sum += ((code[k] ?? 0) - (codes[i * size + k] ?? 0)) ** 2
    squares[i] = sum
  }
  return squares
}
