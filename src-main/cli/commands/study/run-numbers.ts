import { metricLabels } from '#shared/schemas/run.ts'
import type { MetricSeries } from '#shared/schemas/run.ts'
import type { Reconstruction } from '#shared/schemas/experiment.ts'
import { meanWithError } from '#shared/statistics.ts'

/** A number that is known of a run, as a report compares it. */
export interface NamedNumber {
  /** The same for the same number of every run. */
  key: string
  title: string
  value: number
  /** Left out where neither is better. */
  better?: 'lower' | 'higher'
}

/** What a run's numbers are read from. */
export interface RunSources {
  series: MetricSeries
  reconstruction: Reconstruction | null
  /** Whether the losses of all runs mean the same: not where their objectives differ. */
  isSameObjective: boolean
}

/** All that a report says of a run in numbers. A measure that is stored for a run is added to this list. */
export function runNumbers({ series, reconstruction, isSameObjective }: RunSources): NamedNumber[] {
  return [...finalLosses(series, isSameObjective), ...reconstructionNumbers(reconstruction)]
}

/** Share of the last steps whose losses are averaged, since that of one batch says little. */
const lastShare = 0.05
/** Metrics that are no result of a run. */
const notResults = new Set(['learningRate', 'gradientNorm'])

/** Training losses as their mean over the last 5 % of the steps, those on validation images as last measured. */
function finalLosses({ steps, values }: MetricSeries, isSameObjective: boolean): NamedNumber[] {
  const from = steps.length - Math.max(1, Math.ceil(lastShare * steps.length))
  return Object.entries(metricLabels).flatMap(([key, { title, detail }]) => {
    const column = values[key]
    if (!column || detail === true || notResults.has(key)) return []
    const value = key.startsWith('validation')
      ? column.findLast(Number.isFinite)
      : meanWithError([...column.subarray(from)])?.mean
    if (value === undefined) return []
    return [{ key, title, value, ...(isSameObjective ? { better: 'lower' as const } : {}) }]
  })
}

function reconstructionNumbers(reconstruction: Reconstruction | null): NamedNumber[] {
  const error = meanWithError(reconstruction?.error ?? [])
  if (!error) return []
  return [{ key: 'reconstruction', title: 'Reconstruction RMSE', value: error.mean, better: 'lower' }]
}
