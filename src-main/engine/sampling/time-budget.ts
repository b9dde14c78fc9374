/** Longest time without handling messages, in ms: short enough for smooth progress and prompt cancellation. */
const budgetMs = 250

/** Chooses how many equal pieces of work fit into the time budget, by the time that the last ones took. */
export class TimeBudget {
  /** Unknown before the first piece, which may take long because programs are built. */
  private msEach: number | null = null

  /** The number of pieces to do next: at least one, at most `left`. */
  size(left: number): number {
    const most = this.msEach === null ? 1 : Math.floor(budgetMs / this.msEach)
    return Math.max(1, Math.min(left, most))
  }

  /** Does a number of pieces and measures their time. */
  measure(pieces: number, work: () => void): void {
    const from = performance.now()
    work()
    // Never zero, even with a coarse clock.
    this.msEach = Math.max(performance.now() - from, 1e-3) / pieces
  }
}
