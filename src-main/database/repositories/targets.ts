import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { TargetReport } from '#shared/remote/protocol.ts'
import { targetSchema } from '#shared/remote/target.ts'
import type { Target } from '#shared/remote/target.ts'
import type { Database } from '../driver.ts'
import { parsedJson, UnreadableRows } from '../unreadable.ts'

interface Row {
  name: string
  kind: string
  document: string
  createdAt: number
  seenAt: number | null
  report: string | null
}

/** A target as the history knows it. */
export interface StoredTarget {
  target: Target
  createdAt: number
  /** What it last said of itself, and when; null before the first time. */
  seen: { at: number; report: TargetReport } | null
}

const columns = 'name, kind, document, created_at AS createdAt, seen_at AS seenAt, report'

const reading = {
  kind: 'target',
  id: ({ name }: Row) => name,
  read: ({ name, kind, document, createdAt, seenAt, report }: Row): StoredTarget => ({
    target: targetSchema.parse({ ...(parsedJson(document, 'document') as object), name, kind }),
    createdAt,
    seen:
      seenAt === null || report === null
        ? null
        : { at: seenAt, report: parsedJson(report, 'report') as TargetReport },
  }),
} as const

/** Machines and clusters that train runs, by name. */
export class TargetRepository {
  private readonly db: Database
  private readonly unreadable: UnreadableRows

  constructor(db: Database, unreadable = new UnreadableRows()) {
    this.db = db
    this.unreadable = unreadable
  }

  /** By name; those that only a newer version can read are left out. */
  list(): StoredTarget[] {
    const rows = this.db.prepare(`SELECT ${columns} FROM targets ORDER BY name`).all() as Row[]
    return this.unreadable.readable(rows, reading, 'targets')
  }

  /** @throws FlowerbedError `not-found`, or `corrupt` for a row that cannot be read */
  get(name: string): StoredTarget {
    const row = this.db.prepare(`SELECT ${columns} FROM targets WHERE name = ?`).get(name) as Row | undefined
    if (!row) throw new FlowerbedError('not-found', errorText('target.unknown', { name }))
    return this.unreadable.one(row, reading)
  }

  /** @throws FlowerbedError `conflict` where the name is taken */
  add(target: Target): void {
    const { name, kind, ...rest } = target
    const { changes } = this.db
      .prepare('INSERT OR IGNORE INTO targets (name, kind, document, created_at) VALUES (?, ?, ?, ?)')
      .run(name, kind, JSON.stringify(rest), Date.now())
    if (changes === 0) throw new FlowerbedError('conflict', errorText('target.nameTaken', { name }))
  }

  /** Also one that this version cannot read. @throws FlowerbedError `not-found` */
  remove(name: string): void {
    const { changes } = this.db.prepare('DELETE FROM targets WHERE name = ?').run(name)
    if (changes === 0) throw new FlowerbedError('not-found', errorText('target.unknown', { name }))
  }

  /** Stores what a target says of itself; does nothing where it was removed meanwhile. */
  saw(name: string, report: TargetReport): void {
    this.db
      .prepare('UPDATE targets SET seen_at = ?, report = ? WHERE name = ?')
      .run(Date.now(), JSON.stringify(report), name)
  }
}
