/**
 * Latent arithmetic (Radford et al. 2016): the difference of two groups of images as a direction in latent space. On
 * plain arrays: it is a few sums, and a group may be larger than what should be on the device.
 */

/** The mean of latents that are added in parts; summed in float64, so that the order of the parts hardly matters. */
export class MeanLatent {
  private readonly sum: Float64Array
  private count = 0

  /** @param size numbers in one latent */
  constructor(size: number) {
    this.sum = new Float64Array(size)
  }

  /** Adds latents, flat, one after the other. */
  add(latents: Float32Array): this {
    const { length: size } = this.sum
    for (let k = 0; k < latents.length; k++)
      this.sum[k % size] = (this.sum[k % size] ?? 0) + (latents[k] ?? 0)
    this.count += latents.length / size
    return this
  }

  /** NaN everywhere while nothing was added. */
  value(): Float64Array {
    return this.sum.map((total) => total / this.count)
  }
}

/** The direction mean − other. */
export function direction(mean: Float64Array, other: Float64Array): Float64Array {
  return mean.map((value, k) => value - (other[k] ?? 0))
}

/** z + strength · d for each latent and strength, all strengths of the first latent first. */
export function shifted(z: Float32Array, d: Float64Array, strengths: readonly number[]): Float32Array {
  const size = d.length
  const count = z.length / size
  const values = new Float32Array(z.length * strengths.length)
  for (let i = 0; i < count; i++) {
    strengths.forEach((strength, s) => {
      const to = (i * strengths.length + s) * size
      for (let k = 0; k < size; k++) values[to + k] = (z[i * size + k] ?? 0) + strength * (d[k] ?? 0)
    })
  }
  return values
}

/** z + Σ strength · d of one latent z. */
export function moved(
  z: Float32Array,
  directions: readonly { values: Float32Array; strength: number }[],
): Float32Array {
  return z.map((value, k) =>
    directions.reduce((sum, { values, strength }) => sum + strength * (values[k] ?? 0), value),
  )
}

/** Root mean square of a latent's numbers, 1 for a sample of N(0, 1). */
export function rms(latent: Float64Array): number {
  return Math.sqrt(latent.reduce((sum, value) => sum + value * value, 0) / latent.length)
}
