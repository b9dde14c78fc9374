import { z } from 'zod'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, serializedErrorSchema } from '#shared/errors.ts'
import { liveStatuses } from '#shared/run-status.ts'
import { automaticChoiceSchema } from '#shared/schemas/automatic.ts'
import { deviceChoiceSchema, machineSchema, runParentSchema, runRecordSchema } from '#shared/schemas/run.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { workerChoiceSchema } from '#shared/workers.ts'
import { inTransaction, freeingSpace } from '../driver.ts'
import type { Database } from '../driver.ts'
import { readableConfig, unusableSettings } from '../stored-config.ts'
import { parsedJson, UnreadableRows } from '../unreadable.ts'

interface Row {
  key: number
  id: string
  name: string
  note: string
  starred: number
  status: string
  preset: string
  config: string
  automatic: string | null
  experiment_id: string | null
  parent: string | null
  dataset_id: string | null
  dataset_name: string
  picture_count: number
  shape: string
  device_choice: string
  workers: string | null
  target: string | null
  machine: string | null
  step: number
  trained_seconds: number
  losses: string
  steps_per_second: number
  error: string | null
  created_at: number
  updated_at: number
  tags: string
}

const columns = `runs.*, (SELECT json_group_array(tag) FROM run_tags WHERE run = runs.key) AS tags`

/** Optional columns read as empty when they are damaged, so that the run stays in the lists. */
const storedSchema = runRecordSchema.omit({ config: true, automatic: true }).extend({
  deviceChoice: deviceChoiceSchema.catch('auto'),
  workers: workerChoiceSchema.nullable().catch(null),
  machine: machineSchema.nullable().catch(null),
  parent: runParentSchema.nullable().catch(null),
  error: serializedErrorSchema.nullable().catch(null),
  losses: z
    .record(z.string(), z.unknown())
    .catch({})
    // JSON writes numbers that are not finite as null.
    .transform((losses) => Object.fromEntries(Object.entries(losses).filter(isNumber))),
})
const isNumber = (entry: [string, unknown]): entry is [string, number] => typeof entry[1] === 'number'

/** A column that may be damaged. */
function json(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    return undefined
  }
}

function toRecord(row: Row): RunRecord {
  const config = readableConfig(parsedJson(row.config, 'config'), row.preset)
  const rest = storedSchema.parse({
    id: row.id,
    name: row.name,
    note: row.note,
    tags: json(row.tags),
    starred: row.starred === 1,
    status: row.status,
    preset: row.preset,
    experimentId: row.experiment_id,
    parent: json(row.parent),
    datasetId: row.dataset_id,
    datasetName: row.dataset_name,
    imageCount: row.picture_count,
    shape: parsedJson(row.shape, 'shape'),
    deviceChoice: row.device_choice,
    workers: json(row.workers),
    target: row.target,
    machine: json(row.machine),
    step: row.step,
    trainedSeconds: row.trained_seconds,
    losses: json(row.losses),
    stepsPerSecond: row.steps_per_second,
    error: json(row.error),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  })
  const automatic = automaticChoiceSchema.safeParse(json(row.automatic)).data
  return { ...rest, config, ...(automatic ? { automatic } : {}) }
}

const reading = { kind: 'run', id: (row: Row) => row.id, read: toRecord } as const

/** What may change in a run after it was created. */
export type RunChanges = Partial<
  Pick<
    RunRecord,
    | 'name'
    | 'note'
    | 'tags'
    | 'starred'
    | 'status'
    | 'config'
    | 'machine'
    | 'step'
    | 'trainedSeconds'
    | 'losses'
    | 'stepsPerSecond'
    | 'error'
    | 'deviceChoice'
    | 'workers'
    | 'target'
  >
>

/** The column of each change; tags have a table of their own. */
const written: Record<Exclude<keyof RunChanges, 'tags'>, { column: string; json?: boolean }> = {
  name: { column: 'name' },
  note: { column: 'note' },
  starred: { column: 'starred' },
  status: { column: 'status' },
  config: { column: 'config', json: true },
  machine: { column: 'machine', json: true },
  step: { column: 'step' },
  trainedSeconds: { column: 'trained_seconds' },
  losses: { column: 'losses', json: true },
  stepsPerSecond: { column: 'steps_per_second' },
  error: { column: 'error', json: true },
  deviceChoice: { column: 'device_choice' },
  workers: { column: 'workers', json: true },
  target: { column: 'target' },
}

export class RunRepository {
  private readonly db: Database
  private readonly unreadable: UnreadableRows

  constructor(db: Database, unreadable = new UnreadableRows()) {
    this.db = db
    this.unreadable = unreadable
  }

  /** Adds a run, which from now on leaves out the images that are excluded from its dataset now. */
  add(record: RunRecord): RunRecord {
    this.db
      .prepare(
        `INSERT INTO runs (id, name, status, preset, config, experiment_id, dataset_id, dataset_name, picture_count, shape,
           device_choice, created_at, updated_at, parent, workers, target, automatic, excluded)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
           (SELECT nullif(json_group_array(image), '[]') FROM excluded_images WHERE dataset = ?))`,
      )
      .run(
        record.id,
        record.name,
        record.status,
        record.preset,
        JSON.stringify(record.config),
        record.experimentId,
        record.datasetId,
        record.datasetName,
        record.imageCount,
        JSON.stringify(record.shape),
        record.deviceChoice,
        record.createdAt,
        record.updatedAt,
        record.parent && JSON.stringify(record.parent),
        record.workers && JSON.stringify(record.workers),
        record.target,
        record.automatic ? JSON.stringify(record.automatic) : null,
        record.datasetId,
      )
    return this.get(record.id)
  }

  /** Newest first. */
  list(): RunRecord[] {
    const rows = this.db
      .prepare(`SELECT ${columns} FROM runs ORDER BY created_at DESC, key DESC`)
      .all() as Row[]
    return this.unreadable.readable(rows, reading, 'runs')
  }

  /** An experiment's runs, in the order they are trained. */
  ofExperiment(id: string): RunRecord[] {
    const rows = this.db
      .prepare(`SELECT ${columns} FROM runs WHERE experiment_id = ? ORDER BY created_at, key`)
      .all(id) as Row[]
    return this.unreadable.readable(rows, reading)
  }

  /** @throws FlowerbedError `not-found`, or `corrupt` for one that this version cannot read */
  get(id: string): RunRecord {
    const row = this.db.prepare(`SELECT ${columns} FROM runs WHERE id = ?`).get(id) as Row | undefined
    if (!row) throw new FlowerbedError('not-found', errorText('run.gone'), { where: id })
    return this.unreadable.one(row, reading)
  }

  /** The key by which other tables refer to a run. @throws FlowerbedError `not-found` */
  key(id: string): number {
    const row = this.db.prepare('SELECT key FROM runs WHERE id = ?').get(id) as { key: number } | undefined
    if (!row) throw new FlowerbedError('not-found', errorText('run.gone'), { where: id })
    return row.key
  }

  /** Of all runs, also of those that cannot be read; newest first. */
  ids(): string[] {
    const rows = this.db.prepare('SELECT id FROM runs ORDER BY created_at DESC, key DESC').all()
    return (rows as { id: string }[]).map(({ id }) => id)
  }

  /** Of all runs of an experiment, also of those that cannot be read. */
  idsOfExperiment(id: string): string[] {
    const rows = this.db.prepare('SELECT id FROM runs WHERE experiment_id = ?').all(id)
    return (rows as { id: string }[]).map((row) => row.id)
  }

  /** The stored status, also of a run that cannot be read. @throws FlowerbedError `not-found` */
  status(id: string): string {
    const row = this.db.prepare('SELECT status FROM runs WHERE id = ?').get(id) as
      { status: string } | undefined
    if (!row) throw new FlowerbedError('not-found', errorText('run.gone'), { where: id })
    return row.status
  }

  /** Names of its stored settings that this version does not know or cannot use. */
  unusableSettings(id: string): string[] {
    const row = this.db.prepare('SELECT config FROM runs WHERE id = ?').get(id) as
      { config: string } | undefined
    return row ? unusableSettings(parsedJson(row.config, 'config')) : []
  }

  /** Names in use, for finding a free one. */
  names(): Set<string> {
    return new Set(
      (this.db.prepare('SELECT name FROM runs').all() as { name: string }[]).map(({ name }) => name),
    )
  }

  update(id: string, changes: RunChanges): RunRecord {
    const { tags, ...plain } = changes
    const entries = Object.entries(plain) as [keyof typeof written, unknown][]
    const assignments = entries.map(([name]) => `${written[name].column} = ?`)
    const values = entries.map(([name, value]) =>
      written[name].json
        ? value === null
          ? null
          : JSON.stringify(value)
        : typeof value === 'boolean'
          ? Number(value)
          : value,
    )
    this.db
      .prepare(`UPDATE runs SET ${[...assignments, 'updated_at = ?'].join(', ')} WHERE id = ?`)
      .run(...values, Date.now(), id)
    if (tags) this.setTags(id, tags)
    return this.get(id)
  }

  /** Ids of runs whose status is live. */
  live(): string[] {
    const placeholders = liveStatuses.map(() => '?').join(', ')
    const rows = this.db.prepare(`SELECT id FROM runs WHERE status IN (${placeholders})`).all(...liveStatuses)
    return (rows as { id: string }[]).map(({ id }) => id)
  }

  /** Positions of the images of its dataset that the run leaves out. */
  excluded(id: string): number[] {
    const row = this.db.prepare('SELECT excluded FROM runs WHERE id = ?').get(id) as
      { excluded: string | null } | undefined
    if (!row?.excluded) return []
    return z.array(z.int().min(0)).parse(parsedJson(row.excluded, 'excluded'))
  }

  /** With its metrics, samples, checkpoints and tags; the caller deletes the files. */
  delete(id: string): void {
    freeingSpace(this.db, () => this.db.prepare('DELETE FROM runs WHERE id = ?').run(id))
  }

  private setTags(id: string, tags: string[]): void {
    const run = this.key(id)
    inTransaction(this.db, () => {
      this.db.prepare('DELETE FROM run_tags WHERE run = ?').run(run)
      const insert = this.db.prepare('INSERT OR IGNORE INTO run_tags (run, tag) VALUES (?, ?)')
      for (const tag of tags) insert.run(run, tag)
    })
  }
}
