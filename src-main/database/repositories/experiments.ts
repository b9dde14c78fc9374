import { z } from 'zod'
import { experimentKinds } from '#shared/schemas/experiment.ts'
import type { ExperimentKind, ExperimentRecord } from '#shared/schemas/experiment.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { freeingSpace } from '../driver.ts'
import type { Database } from '../driver.ts'
import { parsedJson, UnreadableRows } from '../unreadable.ts'

interface Row {
  id: string
  kind: string
  name: string
  varied: string
  dataset_id: string | null
  created_at: number
}

const variedSchema = z.array(z.string())

function toRecord({ id, kind, name, varied, dataset_id, created_at }: Row): ExperimentRecord {
  if (!(experimentKinds as readonly string[]).includes(kind)) {
    throw new FlowerbedError('corrupt', errorText('history.unknownKind', { kind }), { where: id })
  }
  return {
    ...{ id, kind: kind as ExperimentKind, name, datasetId: dataset_id, createdAt: created_at },
    varied: variedSchema.parse(parsedJson(varied, 'varied')),
  }
}

const reading = { kind: 'experiment', id: (row: Row) => row.id, read: toRecord } as const

/** Experiments; `runs.experiment_id` names the experiment of a run. */
export class ExperimentRepository {
  private readonly db: Database
  private readonly unreadable: UnreadableRows

  constructor(db: Database, unreadable = new UnreadableRows()) {
    this.db = db
    this.unreadable = unreadable
  }

  add({ id, kind, name, varied, datasetId, createdAt }: ExperimentRecord): ExperimentRecord {
    this.db
      .prepare(
        'INSERT INTO experiments (id, kind, name, varied, dataset_id, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(id, kind, name, JSON.stringify(varied), datasetId, createdAt)
    return this.get(id)
  }

  /** Newest first. */
  list(): ExperimentRecord[] {
    const rows = this.db.prepare('SELECT * FROM experiments ORDER BY created_at DESC, rowid DESC').all()
    return this.unreadable.readable(rows as Row[], reading, 'experiments')
  }

  find(id: string): ExperimentRecord | undefined {
    const row = this.db.prepare('SELECT * FROM experiments WHERE id = ?').get(id) as Row | undefined
    return row && this.unreadable.one(row, reading)
  }

  /** @throws FlowerbedError `not-found`, or `corrupt` for one that this version cannot read */
  get(id: string): ExperimentRecord {
    const found = this.find(id)
    if (!found) throw new FlowerbedError('not-found', errorText('experiment.gone'), { where: id })
    return found
  }

  /** Its runs stay, without an experiment. */
  delete(id: string): void {
    freeingSpace(this.db, () => this.db.prepare('DELETE FROM experiments WHERE id = ?').run(id))
  }
}
