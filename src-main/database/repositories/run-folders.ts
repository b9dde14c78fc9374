import type { Database } from '../driver.ts'

/** The folder of a deleted run on a target. */
export interface LeftFolder {
  runId: string
  target: string
}

/** Folders of runs on targets, of which those of deleted runs are still to be deleted there. */
export class RunFolderRepository {
  private readonly db: Database

  constructor(db: Database) {
    this.db = db
  }

  /** Those of deleted runs, oldest deletion first. */
  left(): LeftFolder[] {
    return this.db
      .prepare(
        'SELECT run AS runId, target FROM run_folders WHERE deleted_at IS NOT NULL ORDER BY deleted_at, run',
      )
      .all() as LeftFolder[]
  }

  /** A folder is deleted there. */
  deleted({ runId, target }: LeftFolder): void {
    this.db.prepare('DELETE FROM run_folders WHERE run = ? AND target = ?').run(runId, target)
  }

  /** What lies on a target stays there. */
  forget(target: string): void {
    this.db.prepare('DELETE FROM run_folders WHERE target = ?').run(target)
  }
}
