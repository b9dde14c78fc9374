import { z } from 'zod'
import type { MetricPoint, MetricSeries } from '#shared/schemas/run.ts'
import { inTransaction } from '../driver.ts'
import type { Database } from '../driver.ts'

/** Rows that are read together: their text must not get longer than SQLite and JavaScript allow. */
const rowsAtOnce = 100_000

/** Neighbouring rows of a run. */
interface Page {
  steps: Float64Array
  seconds: Float64Array
  /** The names of each row's numbers. */
  columns: string[][]
  /** The numbers of all rows, one after another; NaN where a damaged row lacks them. */
  numbers: Float64Array
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
    const names = this.namesById()
    const pages: Page[] = []
    let last: Page | undefined
    do {
      last = this.page(run, { after: last?.steps.at(-1) ?? -Infinity, names })
      pages.push(last)
    } while (last.steps.length === rowsAtOnce)
    const series: MetricSeries = {
      steps: joined(pages.map(({ steps }) => steps)),
      seconds: joined(pages.map(({ seconds }) => seconds)),
      values: {},
    }
    let from = 0
    for (const page of pages) {
      fillIn(series, { ...page, from })
      from += page.steps.length
    }
    return series
  }

  /** The rows after a step, by one query whose answer is one row: an object for each would take most of the time. */
  private page(run: number, { after, names }: { after: number; names: Map<number, string[]> }): Page {
    const rows = '(SELECT * FROM metrics WHERE run = ? AND step > ? ORDER BY step LIMIT ?)'
    const { steps, seconds, kinds, numbers } = this.db
      .prepare(
        // 17 digits give back the same number.
        `SELECT group_concat(step) AS steps, group_concat(printf('%!.17g', seconds)) AS seconds,
           group_concat(names) AS kinds, group_concat(hex(numbers), '') AS numbers FROM ${rows}`,
      )
      .get(run, after, rowsAtOnce) as Record<'steps' | 'seconds' | 'kinds' | 'numbers', string | null>
    const known = split(kinds).map((kind) => names.get(Number(kind)))
    const columns = known.map((found) => found ?? [])
    const lengths = columns.map(({ length }) => length)
    let texts = [numbers ?? '']
    let count = lengths.reduce((sum, length) => sum + length, 0)
    const found = new Float64Array(count).fill(NaN)
    let wanted = [count]
    if (known.includes(undefined) || texts[0]?.length !== 16 * count) {
      // Damaged rows, or damaged names: each row is read for itself.
      const one = this.db.prepare(`SELECT group_concat(hex(numbers)) AS each FROM ${rows}`)
      texts = split((one.get(run, after, rowsAtOnce) as { each: string | null }).each)
      wanted = lengths
    }
    let at = 0
    texts.forEach((text, i) => {
      count = wanted[i] ?? 0
      copyNumbers(Buffer.from(text, 'hex'), found.subarray(at, at + count))
      at += count
    })
    return {
      steps: Float64Array.from(split(steps), Number),
      seconds: Float64Array.from(split(seconds), Number),
      columns,
      numbers: found,
    }
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

/** Copies little-endian numbers, as many as there are. */
function copyNumbers(bytes: Buffer, to: Float64Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = Math.min(to.length, Math.floor(bytes.byteLength / 8))
  for (let i = 0; i < count; i++) to[i] = view.getFloat64(8 * i, true)
}

/** Puts the numbers of neighbouring rows, from an index on, into the columns of their names. */
function fillIn({ steps, values }: MetricSeries, page: Page & { from: number }): void {
  const { columns: rows, numbers, from } = page
  let at = 0
  let like: string[] | undefined
  let columns: Float64Array[] = []
  rows.forEach((names, i) => {
    if (names !== like) {
      like = names
      columns = names.map((name) => (values[name] ??= new Float64Array(steps.length).fill(NaN)))
    }
    for (const column of columns) column[from + i] = numbers[at++] ?? NaN
  })
}

const split = (list: string | null): string[] => (list === null ? [] : list.split(','))

function joined(parts: readonly Float64Array[]): Float64Array<ArrayBuffer> {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
