import { formatCount, formatDuration, formatFixed, formatMeasured, withDecimalMark } from '#shared/format.ts'
import type { Reconstruction } from '#shared/schemas/experiment.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { meanWithError } from '#shared/statistics.ts'
import { klPerPixel } from '../../entities/experiments/experiment-labels.ts'
import { t } from '../../i18n.ts'
import { meanError } from './use-reconstructions.ts'

/** A number of each run, as the table of an experiment shows it. */
export interface TableColumn {
  title: string
  unit?: string
  /** NaN where a run does not have it yet. */
  value: (run: RunRecord) => number
  format: (value: number) => string
  /** How the standard error beside its mean over seeds is written; left out where there is none. */
  formatError?: (value: number) => string
}

/** The columns of an experiment’s table. */
export function tableColumns(reconstruction: Map<string, Reconstruction>): TableColumn[] {
  const reconstructionError = ({ id }: RunRecord) => {
    const found = reconstruction.get(id)
    return found ? meanError(found) : NaN
  }
  const percent = (share: number) => t('experiment.table.percent', { percent: formatFixed(100 * share, 1) })
  const loss = {
    format: formatMeasured,
    formatError: (value: number) => withDecimalMark(String(Number(value.toPrecision(2)))),
  }
  return [
    { title: t('experiment.table.steps'), value: ({ step }) => step || NaN, format: formatCount },
    {
      title: t('experiment.table.time'),
      value: ({ trainedSeconds }) => trainedSeconds || NaN,
      format: formatDuration,
    },
    {
      ...{ title: t('experiment.table.speed'), unit: t('experiment.table.speedUnit') },
      value: ({ stepsPerSecond }) => stepsPerSecond || NaN,
      format: (value) => formatFixed(value, 2),
    },
    {
      ...{ title: t('experiment.table.velocity'), unit: t('experiment.table.velocityUnit'), ...loss },
      value: ({ losses }) => losses['velocity'] ?? NaN,
    },
    {
      ...{ title: t('experiment.table.kl'), unit: t('experiment.table.klUnit'), ...loss },
      value: klPerPixel,
    },
    {
      ...{ title: t('experiment.table.loss'), unit: t('experiment.table.lossUnit'), ...loss },
      value: ({ losses }) => losses['loss'] ?? NaN,
    },
    {
      ...{ title: t('experiment.table.reconstruction'), unit: t('experiment.table.reconstructionUnit') },
      ...{ value: reconstructionError, format: percent, formatError: percent },
    },
  ]
}

/** A run’s number in words. */
export function cellOf({ value, format }: TableColumn, run: RunRecord): string {
  const number = value(run)
  return Number.isNaN(number) ? '–' : format(number)
}

/** The mean of some runs’ numbers in words. */
export function meanCellOf({ value, format, formatError }: TableColumn, runs: RunRecord[]): string {
  const summary = meanWithError(runs.map(value))
  if (!summary) return '–'
  const { mean, standardError } = summary
  const isWhole = format === formatCount
  const words = format(isWhole ? Math.round(mean) : mean)
  if (!formatError || standardError === null) return words
  return t('experiment.table.withError', { mean: words, error: formatError(standardError) })
}
