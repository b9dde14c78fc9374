import { z } from 'zod'
import type { SampleMark } from '#shared/schemas/sample-mark.ts'
import type { Database } from '../driver.ts'

interface Row {
  sample: string
  image: number
  starred: number
  hidden: number
  collections: string
}

const collectionsSchema = z.array(z.string()).catch([])

/** What the user says of single samples: starred, hidden, and the collections they are in. */
export class SampleMarkRepository {
  private readonly db: Database

  constructor(db: Database) {
    this.db = db
  }

  /** Of all samples of a run. */
  list(run: number): SampleMark[] {
    const rows = this.db
      .prepare(
        `SELECT sample_marks.* FROM sample_marks JOIN samples ON samples.id = sample_marks.sample
         WHERE samples.run = ? ORDER BY changed_at, image`,
      )
      .all(run) as Row[]
    return rows.map(markOf)
  }

  /** Replaces what is said of an image; what says nothing is not kept. */
  save(mark: SampleMark, at: number): void {
    const { sample, image, starred, hidden, collections } = mark
    if (!starred && !hidden && collections.length === 0) {
      this.db.prepare('DELETE FROM sample_marks WHERE sample = ? AND image = ?').run(sample, image)
      return
    }
    this.db
      .prepare(
        `INSERT OR REPLACE INTO sample_marks (sample, image, starred, hidden, collections, changed_at)
         VALUES (?, ?, ?, ?, ?, ?)`,
      )
      .run(sample, image, Number(starred), Number(hidden), JSON.stringify(collections), at)
  }
}

function markOf({ sample, image, starred, hidden, collections }: Row): SampleMark {
  return {
    ...{ sample, image, starred: starred === 1, hidden: hidden === 1 },
    collections: collectionsSchema.parse(parsed(collections)),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return []
  }
}
