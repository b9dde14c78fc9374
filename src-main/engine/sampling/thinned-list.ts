/** Keeps about evenly spaced ones of any number of values, with the first and the last, in bounded memory. */
export class ThinnedList<T> {
  private readonly most: number
  private kept: T[] = []
  private stride = 1
  private added = 0
  private last: (() => T) | null = null

  /** @param most values kept; at least 2 */
  constructor(most: number) {
    this.most = most
  }

  /** Adds a value, which is made only if it is kept. `make` may be called later, but not after another value was added. */
  add(make: () => T): void {
    const isKept = this.added++ % this.stride === 0
    this.last = isKept ? null : make
    if (!isKept) return
    if (this.kept.length === this.most - 1) {
      this.kept = this.kept.filter((_, i) => i % 2 === 0)
      this.stride *= 2
      // After the halving this one may lie between two that are kept.
      if ((this.added - 1) % this.stride !== 0) {
        this.last = make
        return
      }
    }
    this.kept.push(make())
  }

  /** The values that are kept, oldest first, the last one that was added among them. */
  values(): T[] {
    return this.last ? [...this.kept, this.last()] : this.kept
  }
}
