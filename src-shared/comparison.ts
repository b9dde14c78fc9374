import { desktopText } from '#shared/desktop-text.ts'
import { comparisonColumns } from '#shared/comparison-columns.ts'
import type { ComparedRun, ComparisonColumn, ComparisonValue } from '#shared/comparison-columns.ts'
import { csvOf } from '#shared/plot/csv.ts'
import type { CompareView } from '#shared/schemas/compare-view.ts'

export interface ComparisonCell {
  value: ComparisonValue
  text: string
  /** A setting, or the preset, that is not what most of the runs have. */
  deviates: boolean
  /** The best of a column in which one direction is better. */
  best: boolean
}

/** A column with its key and titles, and whether the runs differ in it. */
export interface ComparedColumn extends Omit<ComparisonColumn, 'value' | 'text'> {
  differs: boolean
}

export interface ComparisonRow {
  id: string
  name: string
  /** One a column. */
  cells: ComparisonCell[]
}

/** Runs side by side: the table of the window, of the command line and of reports. */
export interface Comparison {
  /** All columns that there are. */
  all: ComparedColumn[]
  /** Those that are shown. */
  columns: ComparedColumn[]
  rows: ComparisonRow[]
}

const measures = ['kernelDistance', 'precision', 'recall'].map((name) => `measure.${name}`)
/** Shown even where the runs do not differ, unless only differences are asked for. */
const usual = ['status', 'step', 'time', 'loss.loss', 'loss.velocity', ...measures]

type Shown = Pick<CompareView, 'columns' | 'onlyDiffering' | 'sort'>

/** Compares runs in the columns that are chosen; without a choice in the usual ones and the settings that differ. */
export function compareRuns(
  runs: readonly ComparedRun[],
  { columns, onlyDiffering, sort }: Shown,
): Comparison {
  const all = comparisonColumns(runs).map((column) => ({ column, differs: differsIn(runs, column) }))
  const isChosen = ({ column: { key, group }, differs }: (typeof all)[number]) =>
    columns === null
      ? usual.includes(key) || (differs && (group === 'setting' || key === 'preset' || key === 'dataset'))
      : columns.includes(key)
  const shown = all.filter((one) => isChosen(one) && (!onlyDiffering || one.differs))
  const cells = shown.map(({ column, differs }) => cellsOf(runs, { column, differs }))
  const by = sort && all.find(({ column }) => column.key === sort.by)?.column
  const order = sort && by ? sorted(runs, by, sort.descending) : runs.map((_, i) => i)
  return {
    all: all.map(describe),
    columns: shown.map(describe),
    rows: order.flatMap((i) => {
      const one = runs[i]
      if (!one) return []
      const { id, name } = one.run
      return [{ id, name, cells: cells.flatMap((column) => column[i] ?? []) }]
    }),
  }
}

function describe({ column, differs }: { column: ComparisonColumn; differs: boolean }): ComparedColumn {
  const { key, title, unit, group, isNumber, better } = column
  return {
    ...{ key, title, group, isNumber, differs },
    ...(unit === undefined ? {} : { unit }),
    ...(better === undefined ? {} : { better }),
  }
}

const differsIn = (runs: readonly ComparedRun[], { value }: ComparisonColumn): boolean =>
  new Set(runs.map(value)).size > 1

function cellsOf(
  runs: readonly ComparedRun[],
  { column, differs }: { column: ComparisonColumn; differs: boolean },
): ComparisonCell[] {
  const values = runs.map(column.value)
  const isChoice = column.group === 'setting' || column.key === 'preset'
  const usualValue = differs && isChoice ? mostFrequent(values) : undefined
  const best = bestOf(values, column.better)
  return runs.map((run, i) => {
    const value = values[i] ?? null
    return {
      ...{ value, text: column.text(run) },
      deviates: differs && isChoice && value !== usualValue,
      best: best !== null && value === best,
    }
  })
}

/** The value that more runs have than any other; undefined where there is none. */
function mostFrequent(values: readonly ComparisonValue[]): ComparisonValue | undefined {
  const counts = new Map<ComparisonValue, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const [first, second] = [...counts].sort(([, a], [, b]) => b - a)
  return first && (!second || first[1] > second[1]) ? first[0] : undefined
}

function bestOf(values: readonly ComparisonValue[], better: ComparisonColumn['better']): number | null {
  const numbers = values.filter((value) => typeof value === 'number')
  if (better === undefined || new Set(numbers).size < 2) return null
  return better === 'lower' ? Math.min(...numbers) : Math.max(...numbers)
}

/** Indices of the runs in the order of a column; those without a value come last, equal ones stay in their order. */
function sorted(runs: readonly ComparedRun[], { value }: ComparisonColumn, descending: boolean): number[] {
  const values = runs.map(value)
  return runs
    .map((_, i) => i)
    .sort((i, k) => {
      const [a, b] = [values[i] ?? null, values[k] ?? null]
      if (a === null || b === null) return Number(a === null) - Number(b === null)
      const order =
        typeof a === 'number' && typeof b === 'number'
          ? a - b
          : String(a).localeCompare(String(b), 'en', { numeric: true })
      return descending ? -order : order
    })
}

/** A comparison as CSV, with values as they are stored. */
export const comparisonCsv = ({ columns, rows }: Comparison): string =>
  csvOf(
    [
      desktopText('column.run'),
      ...columns.map(({ title, unit }) => (unit === undefined ? title : `${title} (${unit})`)),
      'Id',
    ],
    rows.map(({ id, name, cells }) => [name, ...cells.map(({ value }) => value), id]),
  )
