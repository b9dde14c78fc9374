import { z } from 'zod'
import { errorText, formatErrorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { createLogger } from '../log.ts'

const log = createLogger('store')

export type RowKind =
  | 'run'
  | 'dataset'
  | 'experiment'
  | 'sample'
  | 'evaluation'
  | 'checkpoint'
  | 'setting'
  | 'attribute'
  | 'pinnedPair'
  | 'target'

/** A row of the history that this version cannot make a record of. */
export interface UnreadableRow {
  kind: RowKind
  id: string
  /** In words, the end of a sentence. */
  reason: string
}

/** How records are made of rows. */
interface Reading<Row, Item> {
  kind: RowKind
  id: (row: Row) => string
  read: (row: Row) => Item
}

/** Reads rows one by one, so that one which cannot be read is left out and reported, and does not hide the others. */
export class UnreadableRows {
  private readonly found = new Map<string, UnreadableRow[]>()
  private readonly logged = new Set<string>()

  /** Those that the last reading of each list left out. */
  list(kind?: RowKind): UnreadableRow[] {
    return [...this.found.values()].flat().filter((row) => kind === undefined || row.kind === kind)
  }

  /**
   * The records of the rows that can be read.
   * @param list that the rows are all of; without one they are a part of another and only logged
   */
  readable<Row, Item>(rows: Row[], reading: Reading<Row, Item>, list?: string): Item[] {
    const left: UnreadableRow[] = []
    const items = rows.flatMap((row) => {
      try {
        return [reading.read(row)]
      } catch (thrown) {
        left.push(this.note({ kind: reading.kind, id: reading.id(row), reason: reasonOf(thrown) }, thrown))
        return []
      }
    })
    if (list !== undefined) this.found.set(list, left)
    return items
  }

  /** The record of one row. @throws FlowerbedError `corrupt`, saying what is wrong with it and what to do */
  one<Row, Item>(row: Row, { kind, id, read }: Reading<Row, Item>): Item {
    try {
      return read(row)
    } catch (cause) {
      const text = errorText('history.unreadableRow', { kind: errorText(`${kind}.kind`) })
      throw new FlowerbedError('corrupt', text, { where: `${id(row)}: ${reasonOf(cause)}`, cause })
    }
  }

  /** Logs a row that cannot be read, the first time that it is met. */
  note(row: UnreadableRow, thrown: unknown): UnreadableRow {
    const name = `${row.kind} ${row.id}`
    if (!this.logged.has(name)) log.warn(`${name} is left out, since ${row.reason}`, thrown)
    this.logged.add(name)
    return row
  }
}

/** A JSON column's value. @throws FlowerbedError `corrupt` that names it */
export function parsedJson(text: string, column: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new FlowerbedError('corrupt', errorText('history.columnDamaged', { column }), { cause })
  }
}

/** Words for people; what a validator says of it is in the log. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof FlowerbedError) return thrown.message
  const part = thrown instanceof z.ZodError ? (thrown.issues[0]?.path.join('.') ?? '') : ''
  return formatErrorText(
    part === '' ? errorText('history.damagedRow') : errorText('history.unknownPart', { part }),
  ).message
}
