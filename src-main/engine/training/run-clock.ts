/** Measures the training time of a run, without pauses. */
export class RunClock {
  /** Training time at the end of the last step, by which the schedule goes, so that it is the same in a resumed run. */
  scheduleSeconds = 0
  /** Milliseconds from an arbitrary origin. */
  readonly now: () => number
  private secondsBefore = 0
  private startedAt: number | null = null
  /** While something takes place that is no training. */
  private pausedAt: number | null = null

  constructor(now: () => number) {
    this.now = now
  }

  /** Starts counting, from the training time of a checkpoint. */
  start(checkpoint: { trainedSeconds: number; scheduleSeconds?: number | undefined }): void {
    this.secondsBefore = checkpoint.trainedSeconds
    this.scheduleSeconds = checkpoint.scheduleSeconds ?? checkpoint.trainedSeconds
    this.startedAt = this.now()
  }

  /** Called at the end of each step. */
  stepEnded(): void {
    this.scheduleSeconds = this.trainedSeconds
  }

  /** Does what does not count as training time. */
  async pausedFor<T>(work: () => Promise<T>): Promise<T> {
    const from = this.now()
    this.pausedAt = from
    try {
      return await work()
    } finally {
      this.pausedAt = null
      if (this.startedAt !== null) this.startedAt += this.now() - from
    }
  }

  get trainedSeconds(): number {
    return (
      this.secondsBefore +
      (this.startedAt === null ? 0 : ((this.pausedAt ?? this.now()) - this.startedAt) / 1000)
    )
  }

  secondsSince(ms: number): number {
    return (this.now() - ms) / 1000
  }
}
