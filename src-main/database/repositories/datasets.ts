import type { DatasetRecord, PackedDataset } from '#shared/schemas/dataset.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageShapeSchema } from '#shared/schemas/image.ts'
import { z } from 'zod'
import { datasetDirectory, storedDatasetPath } from '../../files/data-folder.ts'
import { freeingSpace, inTransaction } from '../driver.ts'
import type { Database } from '../driver.ts'
import { parsedJson, UnreadableRows } from '../unreadable.ts'

interface Row {
  id: string
  name: string
  /** Relative to the data folder, with slashes. */
  directory: string
  shape: string
  count: number
  labels: string
  sources: string
  problem_count: number
  bytes: number
  created_at: number
  note: string
  starred: number
  replaced_by: string | null
  tags: string
  excluded_count: number
}

const columns = `datasets.*,
  (SELECT json_group_array(tag) FROM dataset_tags WHERE dataset = datasets.id) AS tags,
  (SELECT count(*) FROM excluded_images WHERE dataset = datasets.id) AS excluded_count`

/** What the user may say of a dataset. */
export type DatasetChanges = Partial<Pick<DatasetRecord, 'name' | 'note' | 'tags' | 'starred'>>

function toRecord(row: Row, dataDirectory: string): DatasetRecord {
  return {
    id: row.id,
    name: row.name,
    directory: datasetDirectory(dataDirectory, row.directory),
    shape: imageShapeSchema.parse(parsedJson(row.shape, 'shape')),
    count: row.count,
    labels: z.array(z.string()).parse(parsedJson(row.labels, 'labels')),
    sources: z.array(z.string()).parse(parsedJson(row.sources, 'sources')),
    problemCount: row.problem_count,
    bytes: row.bytes,
    createdAt: row.created_at,
    note: row.note,
    starred: row.starred === 1,
    tags: z.array(z.string()).parse(parsedJson(row.tags, 'tags')),
    excludedCount: row.excluded_count,
    replacedBy: row.replaced_by,
  }
}

/** Packed datasets; content-addressed, so importing the same again finds the same row. */
export class DatasetRepository {
  private readonly db: Database
  private readonly dataDirectory: string
  private readonly unreadable: UnreadableRows
  private readonly reading

  /** @param dataDirectory the folder that the stored paths are relative to */
  constructor(db: Database, dataDirectory: string, unreadable = new UnreadableRows()) {
    this.db = db
    this.dataDirectory = dataDirectory
    this.unreadable = unreadable
    this.reading = {
      kind: 'dataset',
      id: (row: Row) => row.id,
      read: (row: Row) => toRecord(row, dataDirectory),
    } as const
  }

  /** Adds a dataset, or updates the row of the same content, its name included. */
  save(record: PackedDataset): DatasetRecord {
    this.db
      .prepare(
        `INSERT INTO datasets (id, name, directory, shape, count, labels, sources, problem_count, bytes, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, directory = excluded.directory, sources = excluded.sources,
           problem_count = excluded.problem_count, bytes = excluded.bytes, created_at = excluded.created_at,
           replaced_by = NULL`,
      )
      .run(
        record.id,
        record.name,
        storedDatasetPath(this.dataDirectory, record.directory),
        JSON.stringify(record.shape),
        record.count,
        JSON.stringify(record.labels),
        JSON.stringify(record.sources),
        record.problemCount,
        record.bytes,
        record.createdAt,
      )
    return this.get(record.id)
  }

  /** Newest first. */
  list(): DatasetRecord[] {
    const rows = this.db
      .prepare(`SELECT ${columns} FROM datasets ORDER BY created_at DESC, id`)
      .all() as Row[]
    return this.unreadable.readable(rows, this.reading, 'datasets')
  }

  /** @throws FlowerbedError `corrupt` for one that this version cannot read */
  find(id: string): DatasetRecord | undefined {
    const row = this.db.prepare(`SELECT ${columns} FROM datasets WHERE id = ?`).get(id) as Row | undefined
    return row && this.unreadable.one(row, this.reading)
  }

  /** @throws FlowerbedError `not-found` */
  get(id: string): DatasetRecord {
    const found = this.find(id)
    if (!found) throw notFound(id)
    return found
  }

  /**
   * Its folder, also of a dataset that cannot be read; null where the stored path leads out of the data folder.
   * @throws FlowerbedError `not-found`
   */
  directoryOf(id: string): string | null {
    const row = this.db.prepare('SELECT directory FROM datasets WHERE id = ?').get(id) as
      { directory: string } | undefined
    if (!row) throw notFound(id)
    try {
      return datasetDirectory(this.dataDirectory, row.directory)
    } catch {
      return null
    }
  }

  /** Changes what the user says of a dataset. @throws FlowerbedError `not-found` */
  update(id: string, { name, note, tags, starred }: DatasetChanges): DatasetRecord {
    inTransaction(this.db, () => {
      const set = (column: string, value: string | number) =>
        this.db.prepare(`UPDATE datasets SET ${column} = ? WHERE id = ?`).run(value, id)
      if (name !== undefined) set('name', name)
      if (note !== undefined) set('note', note)
      if (starred !== undefined) set('starred', Number(starred))
      if (tags !== undefined) this.setTags(id, tags)
    })
    return this.get(id)
  }

  /** Positions of the images that new runs leave out, in order. */
  excluded(id: string): number[] {
    const rows = this.db.prepare('SELECT image FROM excluded_images WHERE dataset = ? ORDER BY image').all(id)
    return (rows as { image: number }[]).map(({ image }) => image)
  }

  /** Leaves images out of new runs, or takes them in again. */
  exclude(id: string, images: readonly number[], excluded: boolean): DatasetRecord {
    const change = this.db.prepare(
      excluded
        ? 'INSERT OR IGNORE INTO excluded_images (dataset, image) VALUES (?, ?)'
        : 'DELETE FROM excluded_images WHERE dataset = ? AND image = ?',
    )
    inTransaction(this.db, () => {
      for (const image of images) change.run(id, image)
    })
    return this.get(id)
  }

  /**
   * Makes an import replace an earlier one of the same folder: with its name, note, tags, star, and excluded
   * images by their place there.
   */
  replace(id: string, { by, excluded }: { by: string; excluded: readonly number[] }): DatasetRecord {
    const { name, note, tags, starred } = this.get(id)
    this.update(by, { name, note, tags, starred })
    inTransaction(this.db, () => {
      const replace = this.db.prepare('UPDATE datasets SET replaced_by = ? WHERE id = ? OR replaced_by = ?')
      replace.run(by, id, id)
      this.db.prepare('UPDATE datasets SET replaced_by = NULL WHERE id = ?').run(by)
    })
    return this.exclude(by, excluded, true)
  }

  /** How many runs use a dataset. */
  runCount(id: string): number {
    const row = this.db.prepare('SELECT count(*) AS count FROM runs WHERE dataset_id = ?').get(id)
    return (row as { count: number }).count
  }

  private setTags(id: string, tags: string[]): void {
    this.db.prepare('DELETE FROM dataset_tags WHERE dataset = ?').run(id)
    const insert = this.db.prepare('INSERT OR IGNORE INTO dataset_tags (dataset, tag) VALUES (?, ?)')
    for (const tag of tags) insert.run(id, tag)
  }

  /** Its runs stay, without their images. */
  delete(id: string): void {
    freeingSpace(this.db, () => this.db.prepare('DELETE FROM datasets WHERE id = ?').run(id))
  }
}

function notFound(id: string): FlowerbedError {
  return new FlowerbedError('not-found', errorText('dataset.gone'), { where: id })
}
