import type { ImportProgress } from '#shared/schemas/dataset.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'

const reportIntervalMs = 100
const maxThumbnails = 8

/** Counts processed files and reports progress at most ten times a second. */
export class Progress {
  private readonly state: ImportProgress
  private readonly started = performance.now()
  private readonly report: (progress: ImportProgress) => void
  private lastReport = -Infinity
  private recent: Uint8Array[] = []

  constructor(phase: ImportProgress['phase'], report: (progress: ImportProgress) => void) {
    this.state = { phase, done: 0, problems: 0, bytes: 0, imagesPerSecond: 0 }
    this.report = report
  }

  set total(total: number) {
    this.state.total = total
    this.state.done = 0
  }

  /** Adds one processed file. */
  add(file: { bytes: number; problem?: boolean; image?: Uint8Array; shape?: ImageShape }): void {
    this.state.done++
    this.state.bytes += file.bytes
    if (file.problem) this.state.problems++
    if (file.image) this.recent = [...this.recent, file.image].slice(-maxThumbnails)
    this.reportIfDue(file.shape)
  }

  /** Reports the final state at once. */
  end(): void {
    this.lastReport = -Infinity
    this.reportIfDue()
  }

  private reportIfDue(shape?: ImageShape): void {
    const now = performance.now()
    if (now - this.lastReport < reportIntervalMs) return
    this.lastReport = now
    const seconds = (now - this.started) / 1000
    const { done, total } = this.state
    const rate = seconds > 0 ? done / seconds : 0
    this.report({
      ...this.state,
      imagesPerSecond: rate,
      ...(total !== undefined && rate > 0 ? { secondsLeft: (total - done) / rate } : {}),
      ...(shape && this.recent.length > 0 ? { thumbnails: batchOf(this.recent, shape) } : {}),
    })
    if (shape) this.recent = []
  }
}

/** Images of one shape as one batch. */
export function batchOf(images: Uint8Array[], shape: ImageShape): PixelBatch {
  return { ...shape, count: images.length, pixels: new Uint8Array(Buffer.concat(images)) }
}
