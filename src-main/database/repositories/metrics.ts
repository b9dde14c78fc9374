import { z } from 'zod'
import type { MetricPoint, MetricSeries } from '#shared/schemas/run.ts'
import { inTransaction } from '../driver.ts'
import type { Database } from '../driver.ts'

interface Row {
  step: number
  seconds: number
  names: number
  numbers: Uint8Array
}

/** Metrics: one row a step, its values as little-endian float64 in the order of their names. */
export class MetricRepository {
  private readonly db: Database
  private readonly nameIds = new Map<string, number>()

  constructor(db: Database) {
    this.db = db
  }

  /** Adds points in one transaction; a step that is trained again replaces its earlier values. */
  add(run: number, points: MetricPoint[]): void {
    const insert = this.db.prepare(
      'INSERT OR REPLACE INTO metrics (run, step, seconds, names, numbers) VALUES (?, ?, ?, ?, ?)',
    )
    try {
      inTransaction(this.db, () => {
        for (const { step, seconds, values } of points) {
          const names = Object.keys(values).sort()
          const numbers = Float64Array.from(names, (name) => values[name] ?? NaN)
          insert.run(run, step, seconds, this.idOf(names), Buffer.from(numbers.buffer))
        }
      })
    } catch (thrown) {
      this.rolledBack()
      throw thrown
    }
  }

  /** A transaction failed: new names are rolled back with their points. */
  rolledBack(): void {
    this.nameIds.clear()
  }

  /** Deletes what was recorded after a step: the run resumes from there. */
  cut(run: number, afterStep: number): void {
    this.db.prepare('DELETE FROM metrics WHERE run = ? AND step > ?').run(run, afterStep)
  }

  /** A run's curves, by step. */
  series(run: number): MetricSeries {
    const rows = this.db
      .prepare('SELECT step, seconds, names, numbers FROM metrics WHERE run = ? ORDER BY step')
      .all(run) as Row[]
    const names = this.namesById()
    const series: MetricSeries = {
      steps: new Float64Array(rows.length),
      seconds: new Float64Array(rows.length),
      values: {},
    }
    rows.forEach((row, i) => {
      series.steps[i] = row.step
      series.seconds[i] = row.seconds
      const { buffer, byteOffset, byteLength } = row.numbers
      const view = new DataView(buffer, byteOffset, byteLength)
      names.get(row.names)?.forEach((name, k) => {
        // A truncated row has gaps.
        if (8 * (k + 1) > view.byteLength) return
        const column = (series.values[name] ??= new Float64Array(rows.length).fill(NaN))
        column[i] = view.getFloat64(8 * k, true)
      })
    })
    return series
  }

  /** The names of each kind of row; those that are damaged are left out with their numbers. */
  private namesById(): Map<number, string[]> {
    const rows = this.db.prepare('SELECT id, names FROM metric_names').all() as {
      id: number
      names: string
    }[]
    return new Map(
      rows.flatMap(({ id, names }) => {
        try {
          return [[id, z.array(z.string()).parse(JSON.parse(names))] as const]
        } catch {
          return []
        }
      }),
    )
  }

  private idOf(names: string[]): number {
    const text = JSON.stringify(names)
    let id = this.nameIds.get(text)
    if (id === undefined) {
      this.db.prepare('INSERT OR IGNORE INTO metric_names (names) VALUES (?)').run(text)
      id = (this.db.prepare('SELECT id FROM metric_names WHERE names = ?').get(text) as { id: number }).id
      this.nameIds.set(text, id)
    }
    return id
  }
}
