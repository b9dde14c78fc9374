import { attributeDocumentSchema } from '#shared/schemas/attribute.ts'
import type { AttributeDocument, AttributeRecord } from '#shared/schemas/attribute.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Database } from '../driver.ts'
import { parsedJson, UnreadableRows } from '../unreadable.ts'

interface Row {
  id: string
  runId: string
  name: string
  document: string
  created_at: number
}

const columns = `attributes.id, runs.id AS runId, attributes.name, document, attributes.created_at
  FROM attributes JOIN runs ON runs.key = attributes.run`
const reading = {
  kind: 'attribute',
  id: (row: Row) => row.id,
  read: ({ id, runId, name, document, created_at: createdAt }: Row): AttributeRecord => ({
    ...{ id, runId, name, createdAt },
    ...attributeDocumentSchema.parse(parsedJson(document, 'document')),
  }),
} as const

/** Named directions of runs. */
export class AttributeRepository {
  private readonly db: Database
  private readonly unreadable: UnreadableRows

  constructor(db: Database, unreadable = new UnreadableRows()) {
    this.db = db
    this.unreadable = unreadable
  }

  /** Of a run, oldest first. */
  list(run: number): AttributeRecord[] {
    const rows = this.db
      .prepare(`SELECT ${columns} WHERE run = ? ORDER BY attributes.created_at, attributes.id`)
      .all(run) as Row[]
    return this.unreadable.readable(rows, reading, `attributes of ${run}`)
  }

  /** @throws FlowerbedError `not-found` */
  get(run: number, id: string): AttributeRecord {
    const row = this.db.prepare(`SELECT ${columns} WHERE run = ? AND attributes.id = ?`).get(run, id)
    if (!row) throw new FlowerbedError('not-found', errorText('direction.attributeGone'), { where: id })
    return this.unreadable.one(row as Row, reading)
  }

  /** The numbers of a direction. @throws FlowerbedError `not-found` */
  direction(run: number, id: string): Float32Array {
    const row = this.db.prepare('SELECT direction FROM attributes WHERE run = ? AND id = ?').get(run, id) as
      { direction: Uint8Array } | undefined
    if (!row) throw new FlowerbedError('not-found', errorText('direction.attributeGone'), { where: id })
    return new Float32Array(Uint8Array.from(row.direction).buffer)
  }

  /** Adds an attribute, or replaces the direction of one. */
  save(run: number, attribute: Omit<AttributeRecord, 'runId'>, direction: Float32Array): void {
    const { id, name, createdAt, ...document } = attribute
    const { buffer, byteOffset, byteLength } = direction
    this.db
      .prepare(
        `INSERT INTO attributes (id, run, name, document, direction, created_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET document = excluded.document, direction = excluded.direction`,
      )
      .run(id, run, name, stored(document), Buffer.from(buffer, byteOffset, byteLength), createdAt)
  }

  rename(run: number, id: string, name: string): void {
    this.db.prepare('UPDATE attributes SET name = ? WHERE run = ? AND id = ?').run(name, run, id)
  }

  delete(run: number, id: string): void {
    this.db.prepare('DELETE FROM attributes WHERE run = ? AND id = ?').run(run, id)
  }
}

const stored = (document: AttributeDocument) => JSON.stringify(attributeDocumentSchema.parse(document))
