import type { ProcessIdentity } from '../../files/process-identity.ts'
import { inTransaction, freeingSpace } from '../driver.ts'
import type { Database } from '../driver.ts'

/** The right of one process to train, change or delete a run. */
export interface RunLease {
  token: string
  holder: ProcessIdentity
  /** The run's status before it was taken. */
  statusBefore: string
  /** In ms since 1970, as the heartbeat. */
  takenAt: number
  heartbeatAt: number
}

interface Row {
  token: string
  pid: number
  started_at: string | null
  host: string
  status_before: string
  taken_at: number
  heartbeat_at: number
}

const toLease = (row: Row): RunLease => ({
  token: row.token,
  holder: { pid: row.pid, startedAt: row.started_at, host: row.host },
  statusBefore: row.status_before,
  takenAt: row.taken_at,
  heartbeatAt: row.heartbeat_at,
})

/** Leases of runs, at most one a run. */
export class LeaseRepository {
  private readonly db: Database

  constructor(db: Database) {
    this.db = db
  }

  find(run: number): RunLease | null {
    const row = this.db.prepare('SELECT * FROM run_leases WHERE run = ?').get(run) as Row | undefined
    return row ? toLease(row) : null
  }

  /**
   * Takes a run's lease if nobody holds it or `mayReplace` allows it for the present one; otherwise returns the present
   * one. Of several processes that try at once, one gets it.
   */
  take(run: number, lease: RunLease, mayReplace: (present: RunLease) => boolean): RunLease | null {
    const { token, holder, statusBefore, takenAt, heartbeatAt } = lease
    let refused: RunLease | null = null
    // Locked for writing from the start, so that what is read cannot change before it is replaced.
    inTransaction(this.db, () => {
      const present = this.find(run)
      if (present && !mayReplace(present)) {
        refused = present
        return
      }
      this.db
        .prepare(
          `INSERT OR REPLACE INTO run_leases
             (run, token, pid, started_at, host, status_before, taken_at, heartbeat_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(run, token, holder.pid, holder.startedAt, holder.host, statusBefore, takenAt, heartbeatAt)
    })
    return refused
  }

  /** Renews a lease; false when its holder no longer has it. */
  beat(token: string, now: number): boolean {
    return (
      this.db.prepare('UPDATE run_leases SET heartbeat_at = ? WHERE token = ?').run(now, token).changes > 0
    )
  }

  release(token: string): void {
    freeingSpace(this.db, () => {
      this.db.prepare('DELETE FROM run_leases WHERE token = ?').run(token)
    })
  }
}
