import { BlockExtremes } from './extremes.ts'
import type { SeriesStore } from './series-store.ts'

/**
 * Exponential moving average without the pull towards zero at its start, as TensorBoard shows it:
 * s = Σ w^(n-i) v_i / Σ w^(n-i). It grows with the curve; NaN stays NaN and counts for nothing.
 */
export class Smoother {
  readonly weight: number
  private smoothed = new Float64Array(0)
  private done = 0
  private mean = 0
  /** w^n after n numbers. */
  private rest = 1

  constructor(weight: number) {
    this.weight = weight
  }

  /** Smooths what is new at the end of `values`; the answer is as long as `values` and valid until the next call. */
  update(values: Float64Array): Float64Array {
    if (this.weight <= 0) return values
    if (values.length > this.smoothed.length) {
      const larger = new Float64Array(Math.max(values.length, 2 * this.smoothed.length))
      larger.set(this.smoothed.subarray(0, this.done))
      this.smoothed = larger
    }
    for (; this.done < values.length; this.done++) {
      const value = values[this.done] ?? NaN
      if (Number.isNaN(value)) {
        this.smoothed[this.done] = NaN
        continue
      }
      this.rest *= this.weight
      // The recursion on the debiased mean itself: a constant stays exactly that constant.
      this.mean += ((1 - this.weight) / (1 - this.rest)) * (value - this.mean)
      this.smoothed[this.done] = this.mean
    }
    return this.smoothed.subarray(0, values.length)
  }
}

/** A whole curve smoothed with `weight` in [0, 1). */
export function smooth(values: Float64Array, weight: number): Float64Array {
  return new Smoother(weight).update(values)
}

/** A metric of a series, smoothed, and the extremes of the blocks of both. */
export interface SmoothedMetric {
  smoothed: Float64Array
  blocks: { raw: BlockExtremes; smoothed: BlockExtremes }
}

/** Smooths series that grow; each time only the points that are new. */
export class SmoothingCache {
  private readonly kept = new WeakMap<
    SeriesStore,
    { of: string; smoother: Smoother; blocks: SmoothedMetric['blocks'] }
  >()

  /** A metric of a series, smoothed; valid until the next call for that series. */
  smooth(store: SeriesStore, { metric, weight }: { metric: string; weight: number }): SmoothedMetric {
    const of = `${metric} ${weight} ${store.cuts}`
    let kept = this.kept.get(store)
    if (kept?.of !== of) {
      const blocks = { raw: new BlockExtremes(), smoothed: new BlockExtremes() }
      kept = { of, smoother: new Smoother(weight), blocks }
      this.kept.set(store, kept)
    }
    const values = store.values(metric)
    const smoothed = kept.smoother.update(values)
    kept.blocks.raw.update(values)
    kept.blocks.smoothed.update(smoothed)
    return { smoothed, blocks: kept.blocks }
  }
}
