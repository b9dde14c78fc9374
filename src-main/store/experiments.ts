import { experimentKinds } from '#contract/experiment.ts'
import type { ExperimentKind, ExperimentRecord } from '#contract/experiment.ts'
import { FlowerbedError } from '#contract/errors.ts'
import { makingRoom } from './driver.ts'
import type { Database } from './driver.ts'

interface Row {
  id: string
  kind: string
  name: string
  dataset_id: string | null
  created_at: number
}

function toRecord({ id, kind, name, dataset_id, created_at }: Row): ExperimentRecord {
  if (!(experimentKinds as readonly string[]).includes(kind)) {
    throw new FlowerbedError('corrupt', `There is no kind of experiment “${kind}”.`, { where: id })
  }
  return { id, kind: kind as ExperimentKind, name, datasetId: dataset_id, createdAt: created_at }
}

/** Experiments; which runs belong to one, its runs say. */
export class ExperimentRepository {
  private readonly db: Database

  constructor(db: Database) {
    this.db = db
  }

  add({ id, kind, name, datasetId, createdAt }: ExperimentRecord): ExperimentRecord {
    this.db
      .prepare('INSERT INTO experiments (id, kind, name, dataset_id, created_at) VALUES (?, ?, ?, ?, ?)')
      .run(id, kind, name, datasetId, createdAt)
    return this.get(id)
  }

  /** Newest first. */
  list(): ExperimentRecord[] {
    return (
      this.db.prepare('SELECT * FROM experiments ORDER BY created_at DESC, rowid DESC').all() as Row[]
    ).map(toRecord)
  }

  find(id: string): ExperimentRecord | undefined {
    const row = this.db.prepare('SELECT * FROM experiments WHERE id = ?').get(id) as Row | undefined
    return row && toRecord(row)
  }

  /** @throws FlowerbedError `not-found` */
  get(id: string): ExperimentRecord {
    const found = this.find(id)
    if (!found) throw new FlowerbedError('not-found', 'There is no such experiment.', { where: id })
    return found
  }

  /** Its runs stay, each for itself. */
  delete(id: string): void {
    makingRoom(this.db, () => this.db.prepare('DELETE FROM experiments WHERE id = ?').run(id))
  }
}
