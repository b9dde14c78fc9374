/** The time of a run, pauses left out. */
export class RunClock {
  /** What the schedule goes by: seconds of training at the end of the last step, so that a resumed run has the same. */
  scheduleSeconds = 0
  /** Milliseconds from any beginning. */
  readonly now: () => number
  private secondsBefore = 0
  private startedAt: number | null = null

  constructor(now: () => number) {
    this.now = now
  }

  /** From now on the time counts, on top of what a checkpoint has. */
  start(saved: { trainedSeconds: number; scheduleSeconds?: number | undefined }): void {
    this.secondsBefore = saved.trainedSeconds
    this.scheduleSeconds = saved.scheduleSeconds ?? saved.trainedSeconds
    this.startedAt = this.now()
  }

  /** To be called at the end of each step. */
  stepEnded(): void {
    this.scheduleSeconds = this.trainedSeconds
  }

  get trainedSeconds(): number {
    return this.secondsBefore + (this.startedAt === null ? 0 : this.secondsSince(this.startedAt))
  }

  secondsSince(ms: number): number {
    return (this.now() - ms) / 1000
  }
}
