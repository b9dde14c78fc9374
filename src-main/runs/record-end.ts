import { toFlowerbedError } from '#shared/errors.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Store } from '../database/store.ts'
import { createLogger } from '../log.ts'

const log = createLogger('runs')

/** Records as an event that a run has paused or ended, with the step and how; of other states nothing. */
export function recordEnd(store: Store, { id, status, step, error }: RunRecord): void {
  try {
    const key = store.runs.key(id)
    if (status === 'paused') store.events.add(key, { kind: 'paused', step, detail: {} })
    if (status === 'finished' || status === 'stopped' || status === 'interrupted' || status === 'failed') {
      const reason = error === null ? {} : { reason: error.message }
      store.events.add(key, { kind: 'ended', step, detail: { status, ...reason } })
    }
  } catch (thrown) {
    // The run's record says how it ended, which is what counts.
    log.warn(`How ${id} ended is not recorded as an event: ${toFlowerbedError(thrown).message}`)
  }
}
