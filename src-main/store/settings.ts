import { toFlowerbedError } from '#contract/errors.ts'
import { createLogger } from '../log.ts'
import type { Database } from './driver.ts'

const log = createLogger('store')

/** What the app remembers between launches. */
export class SettingRepository {
  private readonly db: Database

  constructor(db: Database) {
    this.db = db
  }

  get(key: string): unknown {
    const row = this.db.prepare('SELECT value FROM settings WHERE key = ?').get(key) as
      { value: string } | undefined
    return row && (JSON.parse(row.value) as unknown)
  }

  set(key: string, value: unknown): void {
    this.db
      .prepare('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)')
      .run(key, JSON.stringify(value))
  }

  /** Newest first. */
  recentFolders(limit = 12): { path: string; usedAt: number }[] {
    return this.db
      .prepare('SELECT path, used_at AS usedAt FROM recent_folders ORDER BY used_at DESC LIMIT ?')
      .all(limit) as { path: string; usedAt: number }[]
  }

  /** Remembers a folder for the list of recent ones; not being able to is no reason to fail. */
  useFolder(path: string): void {
    try {
      this.db
        .prepare('INSERT OR REPLACE INTO recent_folders (path, used_at) VALUES (?, ?)')
        .run(path, Date.now())
    } catch (thrown) {
      log.warn(`A recent folder is not remembered: ${toFlowerbedError(thrown).message}`)
    }
  }
}
