import type { RunConfig } from '#contract/config.ts'

/** How far back the pace is looked at. */
const windowSeconds = 20

/**
 * Pace and time left of a training run, from the moments its steps ended. Drawing and saving count into the time left,
 * since they happen at a steady rate, but not into steps per second.
 */
export class Pace {
  private readonly steps: { at: number; seconds: number }[] = []
  private readonly startedAt: number
  private readonly before: number
  private firstStepAt: number | undefined
  private count = 0

  /** `now` in seconds of any clock; `trainedSeconds` as of the checkpoint gone on from. */
  constructor(now: number, trainedSeconds: number) {
    this.startedAt = now
    this.before = trainedSeconds
  }

  /** A step ended `now` after `seconds` of computing. */
  stepped(now: number, seconds: number): void {
    this.count++
    // The first step loads kernels and says nothing about the pace.
    if (this.firstStepAt === undefined) {
      this.firstStepAt = now
      return
    }
    this.steps.push({ at: now, seconds })
    while ((this.steps[0]?.at ?? now) < now - windowSeconds) this.steps.shift()
  }

  trainedSeconds(now: number): number {
    return this.before + now - this.startedAt
  }

  stepsPerSecond(): number {
    const seconds = this.steps.reduce((sum, step) => sum + step.seconds, 0)
    return seconds > 0 ? this.steps.length / seconds : 0
  }

  /** Seconds until the steps or the minutes are over, whichever comes first; null until it can be told. */
  secondsLeft(
    now: number,
    options: { step: number; config: Pick<RunConfig, 'steps' | 'minutes'> },
  ): number | null {
    const { step, config } = options
    if (this.firstStepAt === undefined || this.count < 3) return null
    const overall = (this.count - 1) / (now - this.firstStepAt)
    const bySteps = Math.max(0, config.steps - step) / overall
    return config.minutes === 0
      ? bySteps
      : Math.max(0, Math.min(bySteps, config.minutes * 60 - this.trainedSeconds(now)))
  }
}
