import { betterMeasures } from '#shared/comparison-columns.ts'
import { metricLabels } from '#shared/schemas/run.ts'
import type { MetricSeries } from '#shared/schemas/run.ts'
import { formatPlural } from '#shared/format.ts'
import { evaluationFacts } from '#shared/labels/evaluation.ts'
import type { Evaluation } from '#shared/schemas/evaluation.ts'
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
  /** The same of real images, where there is such a thing. */
  floor?: number
}

/** What a run's numbers are read from. */
export interface RunSources {
  series: MetricSeries
  reconstruction: Reconstruction | null
  /** Of its samples; null where none was made. */
  evaluation: Evaluation | null
  /** Whether the losses of all runs mean the same: not where their objectives differ. */
  isSameObjective: boolean
}

/** All that a report says of a run in numbers. A measure that is stored for a run is added to this list. */
export function runNumbers(sources: RunSources): NamedNumber[] {
  const { series, reconstruction, evaluation, isSameObjective } = sources
  return [
    ...qualityNumbers(evaluation),
    ...finalLosses(series, isSameObjective),
    ...reconstructionNumbers(reconstruction),
  ]
}

/** Share of the last steps whose losses are averaged, since that of one batch says little. */
const lastShare = 0.05
/** Metrics that are no result of a run, or that its evaluation has with more samples. */
const notResults = new Set(['learningRate', 'gradientNorm', 'kernelDistance'])

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

/** The measures of a run's samples, and its kernel distance with few network evaluations. */
function qualityNumbers(evaluation: Evaluation | null): NamedNumber[] {
  if (!evaluation) return []
  const measures = evaluationFacts(evaluation).map(({ name, title }): NamedNumber => {
    const { value, floor } = evaluation.measures[name]
    const better = betterMeasures[name]
    return { key: name, title, value, floor: floor.value, ...(better ? { better } : {}) }
  })
  const curve = (evaluation.curve?.points ?? []).map(({ evaluations, kernelDistance }): NamedNumber => {
    const title = `Kernel distance, ${formatPlural(evaluations, 'evaluation')}`
    return { key: `kernelDistance${evaluations}`, title, value: kernelDistance.value, better: 'lower' }
  })
  return [...measures, ...curve]
}
