/** Time in which nobody else has a turn, in ms: short enough for progress that moves and a cancel that is heard. */
const sliceMs = 250

/** Of equal pieces of work, how many are done before others have their turn: as many as took that long before. */
export class TimeBudget {
  /** Unknown before the first, which may take long for reasons of its own. */
  private msEach: number | null = null

  /** At least one, at most all that are left. */
  size(left: number): number {
    const most = this.msEach === null ? 1 : Math.floor(sliceMs / this.msEach)
    return Math.max(1, Math.min(left, most))
  }

  /** Does so many pieces and remembers their time. */
  measure(pieces: number, work: () => void): void {
    const from = performance.now()
    work()
    // Never nought, where the clock is coarse.
    this.msEach = Math.max(performance.now() - from, 1e-3) / pieces
  }
}
