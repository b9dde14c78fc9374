import { toFlowerbedError } from '#shared/errors.ts'
import { createLogger } from '../../log.ts'
import type { Database } from '../driver.ts'
import { parsedJson, UnreadableRows } from '../unreadable.ts'

const log = createLogger('store')

/** Settings of the app and recent folders. */
export class SettingRepository {
  private readonly db: Database
  private readonly unreadable: UnreadableRows

  constructor(db: Database, unreadable = new UnreadableRows()) {
    this.db = db
    this.unreadable = unreadable
  }

  /** undefined for one that was never set or cannot be read. */
  get(key: string): unknown {
    const row = this.db.prepare('SELECT value FROM settings WHERE key = ?').get(key) as
      { value: string } | undefined
    const reading = {
      kind: 'setting',
      id: () => key,
      read: (found: { value: string }) => parsedJson(found.value, key),
    } as const
    return row && this.unreadable.readable([row], reading, `setting ${key}`)[0]
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

  /** Adds a folder to the recent ones; a failure is only logged. */
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
