import type { EngineEvent } from '#shared/engine-messages.ts'

type Progress = Extract<EngineEvent, { type: 'progress' }>

/** Least time between two reports of progress: they are for reading along, and the journal is kept for ever. */
const progressMs = 1000

/**
 * Passes the engine's events on, but of the progress only the latest once a second. What else happens goes on at once, so a
 * report of progress may come after what it precedes; one from before training began again is left out.
 */
export class RunEvents {
  private readonly write: (event: EngineEvent) => void
  private readonly now: () => number
  private pending: Progress | null = null
  private writtenAt = -Infinity
  private timer: NodeJS.Timeout | null = null

  constructor(write: (event: EngineEvent) => void, now: () => number = () => performance.now()) {
    this.write = write
    this.now = now
  }

  add(event: EngineEvent): void {
    if (event.type === 'progress') {
      this.pending = event
      const left = this.writtenAt + progressMs - this.now()
      if (left <= 0) this.flush()
      else this.timer ??= setTimeout(() => this.flush(), left)
      return
    }
    if (event.type === 'started' || event.type === 'workersLost') this.pending = null
    this.write(event)
  }

  /** Writes the progress that waits; called at the end. */
  flush(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    if (!this.pending) return
    this.write(this.pending)
    this.pending = null
    this.writtenAt = this.now()
  }
}
