import { z } from 'zod'
import { jobStateSchema } from '#shared/remote/answers.ts'
import { controlRequestSchema } from '#shared/remote/protocol.ts'
import type { ControlRequest, JobState } from '#shared/remote/protocol.ts'
import { runConfigSchema } from '#shared/schemas/run-config.ts'
import { deviceChoiceSchema } from '#shared/schemas/run.ts'
import type { Database } from '../driver.ts'

/** What changes in a run when a launch of it has begun. */
const optionsSchema = z.object({
  config: runConfigSchema.exactOptional(),
  device: deviceChoiceSchema.exactOptional(),
  name: z.string().exactOptional(),
})
export type LaunchOptions = z.infer<typeof optionsSchema>

/** A run's last launch on a target. */
export interface RunLaunch {
  runId: string
  target: string
  launchId: string
  options: LaunchOptions
  /** Bytes of the journal there that are recorded here; null until the launch is sent. */
  offset: number | null
  /** Where it stood when the target last answered. */
  job: JobState
  /** What the target has not been told yet, oldest first. */
  wishes: ControlRequest[]
  /** When the target last answered, ms since 1970. */
  contactAt: number | null
  /** How it ended is not recorded. */
  isOpen: boolean
}

interface Row {
  id: string
  target: string
  launch_id: string
  options: string
  journal_offset: number | null
  job: string
  wishes: string
  contact_at: number | null
  is_open: number
}

const launches = `SELECT run_launches.*, runs.id FROM run_launches JOIN runs ON runs.key = run_launches.run`

function toLaunch(row: Row): RunLaunch {
  return {
    runId: row.id,
    target: row.target,
    launchId: row.launch_id,
    // What cannot be read of these is only for the record, or is asked again.
    options: optionsSchema.catch({}).parse(json(row.options)),
    offset: row.journal_offset,
    job: jobStateSchema.catch({ state: 'absent' }).parse(json(row.job)),
    wishes: z.array(controlRequestSchema).catch([]).parse(json(row.wishes)),
    contactAt: row.contact_at,
    isOpen: row.is_open === 1,
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The last launch of each run that trains, or has trained, on a target. */
export class RunLaunchRepository {
  private readonly db: Database

  constructor(db: Database) {
    this.db = db
  }

  find(run: number): RunLaunch | null {
    const row = this.db.prepare(`${launches} WHERE run = ?`).get(run) as Row | undefined
    return row ? toLaunch(row) : null
  }

  /** Those whose end is not recorded, oldest first. */
  open(): RunLaunch[] {
    return (this.db.prepare(`${launches} WHERE is_open = 1 ORDER BY run`).all() as Row[]).map(toLaunch)
  }

  /** Whether a launch of a run is open, also of one that cannot be read. */
  isOpen(runId: string): boolean {
    const found = this.db
      .prepare('SELECT 1 FROM run_launches JOIN runs ON runs.key = run WHERE runs.id = ? AND is_open = 1')
      .get(runId)
    return found !== undefined
  }

  /** A launch that is about to be sent; it replaces the one before. */
  begin(run: number, launch: Pick<RunLaunch, 'target' | 'launchId' | 'options'>): void {
    const { target, launchId, options } = launch
    this.db
      .prepare(
        `INSERT OR REPLACE INTO run_launches (run, target, launch_id, options, journal_offset, job, wishes, contact_at, is_open)
         VALUES (?, ?, ?, ?, NULL, '{"state":"absent"}', '[]', NULL, 1)`,
      )
      .run(run, target, launchId, JSON.stringify(options))
  }

  /** The journal is recorded up to there. */
  advance(run: number, launchId: string, offset: number): void {
    this.db
      .prepare('UPDATE run_launches SET journal_offset = ? WHERE run = ? AND launch_id = ?')
      .run(offset, run, launchId)
  }

  /** The target has said where the launch stands. */
  noteState(run: number, job: JobState, at: number): void {
    this.db
      .prepare('UPDATE run_launches SET job = ?, contact_at = ? WHERE run = ?')
      .run(JSON.stringify(job), at, run)
  }

  setWishes(run: number, wishes: readonly ControlRequest[]): void {
    this.db.prepare('UPDATE run_launches SET wishes = ? WHERE run = ?').run(JSON.stringify(wishes), run)
  }

  /** How the launch ended is recorded. */
  close(run: number): void {
    this.db.prepare("UPDATE run_launches SET is_open = 0, wishes = '[]' WHERE run = ?").run(run)
  }
}
