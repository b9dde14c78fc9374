import type { Between } from '#shared/sampling-messages.ts'

/**
 * Weighted sums of codes, flat `[count, codeSize]`, one for each list of weights. With `slerp` the length of each is the mean
 * length of the codes by their weights, as on a sphere: between codes of different images a sum alone is too short, and
 * such codes stand for vague images.
 */
export function mixCodes(
  { count, codes }: { count: number; codes: Float32Array },
  { weights, mode }: { weights: number[][]; mode: Between },
): Float32Array {
  const size = codes.length / count
  const codeAt = (i: number) => codes.subarray(i * size, (i + 1) * size)
  const lengths = Array.from({ length: count }, (_, i) => Math.hypot(...codeAt(i)))
  const mixed = new Float32Array(weights.length * size)
  weights.forEach((each, row) => {
    const sum = mixed.subarray(row * size, (row + 1) * size)
    each.forEach((weight, i) => codeAt(i).forEach((value, k) => (sum[k] = (sum[k] ?? 0) + weight * value)))
    if (mode === 'lerp') return
    const total = each.reduce((all, weight) => all + Math.abs(weight), 0)
    const wanted = each.reduce((all, weight, i) => all + Math.abs(weight) * (lengths[i] ?? 0), 0) / total
    const length = Math.hypot(...sum)
    // Opposite codes have no direction between them.
    if (length > 1e-6 * wanted) sum.forEach((value, k) => (sum[k] = (value * wanted) / length))
  })
  return mixed
}

/** How far from an image, as the weight of all others, its details have gone. */
const detailsGone = 1 / 3

/**
 * Mixes the details of one sample into latents `[count, size]`, in place, by their `weights` of the encoded images: at an image
 * they are its own, so that it is reconstructed, then they turn on a sphere to those of the sample, which all frames share.
 * Latents that are found by inversion are not like samples of p(z) except with their own code: between images they
 * distort what the code shows.
 */
export function mixDetails(
  values: Float32Array,
  { weights, details }: { weights: number[][]; details: Float32Array },
): void {
  const size = details.length
  weights.forEach((each, row) => {
    const away = Math.min(1, Math.max(0, 1 - Math.max(...each)) / detailsGone)
    const [own, sampled] = [Math.cos((away * Math.PI) / 2), Math.sin((away * Math.PI) / 2)]
    const latent = values.subarray(row * size, (row + 1) * size)
    latent.forEach((value, k) => (latent[k] = own * value + sampled * (details[k] ?? 0)))
  })
}
