import { lowerBound } from './search.ts'

/** The metrics of one step. */
export interface StepMetrics {
  step: number
  /** Seconds of training so far. */
  seconds: number
  values: Record<string, number>
}

/** Metrics as columns: `values[name][i]` belongs to `steps[i]`; NaN where that step lacks the metric. */
export interface MetricColumns {
  steps: Float64Array
  seconds: Float64Array
  values: Record<string, Float64Array>
}

/** How many numbers a metric has, and the indices of the first and the last; -1 if none. */
export interface Extent {
  count: number
  first: number
  last: number
}

interface Column extends Extent {
  values: Float64Array
}

const smallest = 1024

/** Metrics over steps and time, in columns that grow by doubling; NaN where a point lacks a metric. */
export class SeriesStore {
  /** Rises when points were removed, which voids whatever was computed from them. */
  cuts = 0
  private size = 0
  private capacity = smallest
  private stepColumn = new Float64Array(smallest)
  private secondColumn = new Float64Array(smallest)
  private readonly columns = new Map<string, Column>()

  static from(series: MetricColumns): SeriesStore {
    const store = new SeriesStore()
    store.reserve(series.steps.length)
    store.size = series.steps.length
    store.stepColumn.set(series.steps)
    let latest = -Infinity
    for (let i = 0; i < store.size; i++) {
      latest = Math.max(latest, series.seconds[i] ?? 0)
      store.secondColumn[i] = latest
    }
    for (const [name, values] of Object.entries(series.values)) {
      const column = store.column(name)
      for (let i = 0; i < store.size; i++) column.values[i] = finite(values[i])
      measure(column, store.size)
    }
    return store
  }

  get length(): number {
    return this.size
  }

  get steps(): Float64Array {
    return this.stepColumn.subarray(0, this.size)
  }

  get seconds(): Float64Array {
    return this.secondColumn.subarray(0, this.size)
  }

  /** Metrics with at least one number. */
  names(): string[] {
    return [...this.columns].filter(([, column]) => column.count > 0).map(([name]) => name)
  }

  values(name: string): Float64Array {
    return this.columns.get(name)?.values.subarray(0, this.size) ?? new Float64Array(this.size).fill(NaN)
  }

  extent(name: string): Extent {
    return this.columns.get(name) ?? { count: 0, first: -1, last: -1 }
  }

  /**
   * Appends a point; true if that changed anything. A point that is there already is dropped. Another one at an earlier
   * step means that training resumed from an earlier checkpoint: what came after that step is removed.
   */
  add({ step, seconds, values }: StepMetrics): boolean {
    const last = this.stepColumn[this.size - 1]
    if (this.size > 0 && last !== undefined && step <= last) {
      const at = lowerBound(this.steps, step)
      if (this.stepColumn[at] === step && this.secondColumn[at] === seconds) return false
      this.truncate(at)
    }
    this.reserve(this.size + 1)
    const at = this.size
    this.stepColumn[at] = step
    // Binary search along the time axis needs seconds that never go back.
    this.secondColumn[at] = at > 0 ? Math.max(seconds, this.secondColumn[at - 1] ?? 0) : seconds
    this.size += 1
    for (const name of Object.keys(values)) this.column(name)
    for (const [name, column] of this.columns) {
      const value = finite(values[name])
      column.values[at] = value
      if (Number.isNaN(value)) continue
      column.count += 1
      if (column.first < 0) column.first = at
      column.last = at
    }
    return true
  }

  private truncate(length: number): void {
    this.size = length
    this.cuts += 1
    for (const column of this.columns.values()) measure(column, length)
  }

  private column(name: string): Column {
    let column = this.columns.get(name)
    if (column === undefined) {
      column = { values: new Float64Array(this.capacity).fill(NaN), count: 0, first: -1, last: -1 }
      this.columns.set(name, column)
    }
    return column
  }

  private reserve(length: number): void {
    if (length <= this.capacity) return
    this.capacity = Math.max(length, 2 * this.capacity)
    this.stepColumn = withCapacity(this.stepColumn, this.capacity)
    this.secondColumn = withCapacity(this.secondColumn, this.capacity)
    for (const column of this.columns.values()) column.values = withCapacity(column.values, this.capacity)
  }
}

function withCapacity(column: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity)
  larger.set(column)
  return larger
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : NaN
}

function measure(column: Column, length: number): void {
  Object.assign(column, { count: 0, first: -1, last: -1 })
  for (let i = 0; i < length; i++) {
    if (Number.isNaN(column.values[i])) continue
    column.count += 1
    if (column.first < 0) column.first = i
    column.last = i
  }
}
