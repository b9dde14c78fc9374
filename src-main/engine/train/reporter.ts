import type { EngineEvent, TrainProgress } from '#contract/engine.ts'
import type { MetricPoint } from '#contract/run.ts'

/** Messages of a kind are at least this far apart. */
const intervalMs = 250
/** Speed is told over the last seconds of stepping, at least a few steps. */
const windowSeconds = 10
const windowSteps = 5

/** Steps a second over a sliding window of time spent in steps, drawing and saving left out. */
export class Pace {
  private readonly durations: number[] = []
  private sum = 0

  /** @param seconds what one more step took */
  add(seconds: number): void {
    this.durations.push(seconds)
    this.sum += seconds
    while (this.durations.length > windowSteps && this.sum - (this.durations[0] as number) > windowSeconds) {
      this.sum -= this.durations.shift() as number
    }
  }

  get stepsPerSecond(): number {
    return this.sum > 0 ? this.durations.length / this.sum : 0
  }
}

/** Time left by steps (`totalSteps` knows of epochs) or by minutes, whichever ends first; null until it can be told. */
export function secondsLeft(state: {
  step: number
  totalSteps: number
  minutes: number
  trainedSeconds: number
  stepsPerSecond: number
}): number | null {
  const { step, totalSteps, minutes, trainedSeconds, stepsPerSecond } = state
  const byMinutes = minutes > 0 ? Math.max(0, minutes * 60 - trainedSeconds) : null
  if (stepsPerSecond === 0) return byMinutes
  const bySteps = (totalSteps - step) / stepsPerSecond
  return byMinutes === null ? bySteps : Math.min(bySteps, byMinutes)
}

/** Turns steps into events: every step's metrics, gathered, and the progress, a few times a second. */
export class Reporter {
  private readonly runId: string
  private readonly emit: (event: EngineEvent) => void
  private readonly now: () => number
  private points: MetricPoint[] = []
  private metricsAt = -Infinity
  private progressAt = -Infinity

  constructor(options: { runId: string; emit: (event: EngineEvent) => void; now?: () => number }) {
    this.runId = options.runId
    this.emit = options.emit
    this.now = options.now ?? (() => performance.now())
  }

  metrics(point: MetricPoint): void {
    this.points.push(point)
    if (this.now() - this.metricsAt >= intervalMs) this.flush()
  }

  /** `always` for a change of activity, which must not be missed. */
  progress(progress: TrainProgress, { always = false } = {}): void {
    if (!always && this.now() - this.progressAt < intervalMs) return
    this.progressAt = this.now()
    this.emit({ type: 'progress', runId: this.runId, progress })
  }

  /** Sends what is gathered; before a checkpoint, so that no saved step lacks its metrics. */
  flush(): void {
    if (this.points.length === 0) return
    this.metricsAt = this.now()
    const points = this.points
    this.points = []
    this.emit({ type: 'metrics', runId: this.runId, points })
  }
}
