import type { EngineEvent, TrainProgress } from '#shared/engine-messages.ts'
import type { MetricPoint } from '#shared/schemas/run.ts'
import type { WorkerState } from '#shared/workers.ts'

/** Least time between two events of a kind. */
const intervalMs = 250
/** The interval at which the workers of a run are reported. */
const workersIntervalMs = 5000

/** Emits every step's metrics in batches, and the progress, a few times a second. */
export class ProgressReporter {
  private readonly runId: string
  private readonly emit: (event: EngineEvent) => void
  private readonly now: () => number
  private points: MetricPoint[] = []
  private metricsAt = -Infinity
  private progressAt = -Infinity
  private workersAt = -Infinity

  constructor(options: { runId: string; emit: (event: EngineEvent) => void; now?: () => number }) {
    this.runId = options.runId
    this.emit = options.emit
    this.now = options.now ?? (() => performance.now())
  }

  metrics(point: MetricPoint): void {
    this.points.push(point)
    if (this.now() - this.metricsAt >= intervalMs) this.flush()
  }

  /** `always` for a change of activity, which must not be left out. */
  progress(progress: TrainProgress, { always = false } = {}): void {
    if (!always && this.now() - this.progressAt < intervalMs) return
    this.progressAt = this.now()
    this.emit({ type: 'progress', runId: this.runId, progress })
  }

  workers(workers: WorkerState[]): void {
    this.workersAt = this.now()
    this.emit({ type: 'workers', runId: this.runId, workers })
  }

  areWorkersDue(): boolean {
    return this.now() - this.workersAt >= workersIntervalMs
  }

  /** Emits the metrics collected so far; called before a checkpoint, so that no step up to it lacks its metrics. */
  flush(): void {
    if (this.points.length === 0) return
    this.metricsAt = this.now()
    const points = this.points
    this.points = []
    this.emit({ type: 'metrics', runId: this.runId, points })
  }
}
