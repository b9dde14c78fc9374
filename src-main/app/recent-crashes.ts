/** Counts crashes within a stretch of time: what is long past says nothing of now. */
export class RecentCrashes {
  private readonly atMost: number
  private readonly withinMs: number
  private readonly now: () => number
  private crashes: number[] = []

  constructor(options: { atMost: number; withinMs: number; now?: () => number }) {
    this.atMost = options.atMost
    this.withinMs = options.withinMs
    this.now = options.now ?? Date.now
  }

  /** Counts one more; false when that is more than is tolerated. */
  add(): boolean {
    const now = this.now()
    this.crashes = [...this.crashes.filter((at) => now - at < this.withinMs), now]
    return this.crashes.length <= this.atMost
  }

  forget(): void {
    this.crashes = []
  }
}
