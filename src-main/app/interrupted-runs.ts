import type { Guard } from '../guard.ts'
import { createLogger } from '../log.ts'
import type { RunService } from '../runs/run-service.ts'

const log = createLogger('main')

/** A run that the command line trains may be interrupted at any time. */
const intervalMs = 30_000

/**
 * Marks runs whose process has ended as interrupted, now and at intervals. A full disk does not keep the app from
 * opening: room is made by deleting runs. @returns what stops it
 */
export function watchInterruptedRuns(runService: RunService, guard: Guard): () => void {
  const mark = guard.wrap('interrupted runs', () => {
    for (const run of runService.markInterrupted()) log.warn(`“${run.name}” (${run.id}) was interrupted`)
  })
  mark()
  const timer = setInterval(mark, intervalMs)
  return () => clearInterval(timer)
}
