import { toFlowerbedError } from '#shared/errors.ts'
import { endedStatuses } from '#shared/run-status.ts'
import type { RunRecord, RunStatus } from '#shared/schemas/run.ts'
import type { Store } from '../database/store.ts'
import { createLogger } from '../log.ts'
import type { RunLeases } from './run-leases.ts'

const log = createLogger('runs')

interface Marking {
  store: Store
  leases: RunLeases
  /** Records how a run has ended. */
  end: (id: string, status: RunStatus) => RunRecord
}

/**
 * Corrects the status of runs whose process has ended: interrupted, or the one before where training had not begun.
 * Those that a target trains go on. To be called when the store is opened, and at intervals. Those that cannot be marked now, as on a full disk, are
 * marked the next time.
 */
export function markInterrupted(marking: Marking): RunRecord[] {
  const { store, leases } = marking
  if (store.readOnly) return []
  return store.runs
    .live()
    .filter((id) => !leases.holds(id) && !store.launches.isOpen(id))
    .flatMap((id) => {
      try {
        return markWhereEnded(id, marking)
      } catch (thrown) {
        log.warn(`${id} was interrupted, which cannot be recorded: ${toFlowerbedError(thrown).message}`)
        return []
      }
    })
}

function markWhereEnded(id: string, { store, leases, end }: Marking): RunRecord[] {
  const lease = leases.present(id)
  if (leases.tryClaim(id)) return []
  try {
    const status = store.runs.status(id)
    const before = lease?.statusBefore
    const ended = endedStatuses.find((one) => one === before)
    return [end(id, status === 'starting' && ended ? ended : 'interrupted')]
  } finally {
    leases.release(id)
  }
}
