import { desktopText } from '#shared/desktop-text.ts'
import { formatCount, formatDuration, formatMeasured, withDecimalMark } from '#shared/format.ts'
import { metricWords, settingFields } from '#shared/labels/described.ts'
import { estimateText, evaluationFacts } from '#shared/labels/evaluation.ts'
import { measureNames } from '#shared/schemas/evaluation.ts'
import type { Evaluation, MeasureName } from '#shared/schemas/evaluation.ts'
import type { SettingField } from '#shared/schemas/run-config.ts'
import { metricLabels } from '#shared/schemas/run.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { settingWords, wordsForNoAmount } from '#shared/schemas/setting.ts'

/** What is compared of a run. */
export interface ComparedRun {
  run: RunRecord
  /** The latest of its samples; null where none was made. */
  evaluation: Evaluation | null
}

export type ComparisonValue = string | number | boolean | null

/** A column of a comparison. */
export interface ComparisonColumn {
  key: string
  title: string
  unit?: string
  group: 'run' | 'result' | 'setting'
  isNumber: boolean
  /** Left out where neither is better. */
  better?: 'lower' | 'higher'
  /** null where a run has no such value. */
  value: (run: ComparedRun) => ComparisonValue
  text: (run: ComparedRun) => string
}

/** Shown for a value that a run does not have. */
export const noValue = '–'

const short = (value: number) => withDecimalMark(String(Number(value.toPrecision(4))))

function numberColumn(
  key: string,
  of: {
    title: string
    unit?: string
    better?: 'lower' | 'higher'
    group?: 'run' | 'result'
    value: (run: ComparedRun) => number | undefined
    text?: (value: number) => string
  },
): ComparisonColumn {
  const { value, text = short, group = 'run', ...rest } = of
  const read = (run: ComparedRun) => {
    const found = value(run)
    return found !== undefined && Number.isFinite(found) ? found : null
  }
  return {
    ...{ ...rest, key, group, isNumber: true, value: read },
    text: (run) => {
      const found = read(run)
      return found === null ? noValue : text(found)
    },
  }
}

const textColumn = (key: string, title: string, value: (run: RunRecord) => string): ComparisonColumn => ({
  ...{ key, title, group: 'run', isNumber: false },
  value: ({ run }) => value(run),
  text: ({ run }) => value(run),
})

const runColumns = (): ComparisonColumn[] => [
  {
    ...textColumn('status', desktopText('column.status'), ({ status }) => status),
    text: ({ run: { status } }) => desktopText(`status.${status}`),
  },
  textColumn('preset', desktopText('column.preset'), ({ preset }) => preset),
  textColumn('dataset', desktopText('column.dataset'), ({ datasetName }) => datasetName),
  numberColumn('images', {
    title: desktopText('column.images'),
    value: ({ run }) => run.imageCount,
    text: formatCount,
  }),
  numberColumn('step', {
    title: desktopText('column.step'),
    value: ({ run }) => run.step,
    text: formatCount,
  }),
  numberColumn('time', {
    ...{ title: desktopText('column.time'), value: ({ run }) => run.trainedSeconds, text: formatDuration },
  }),
  numberColumn('speed', {
    ...{ title: desktopText('column.speed'), unit: desktopText('column.stepsPerSecond') },
    value: ({ run }) => run.stepsPerSecond || undefined,
  }),
  textColumn('device', desktopText('column.device'), ({ machine }) =>
    machine === null ? noValue : machine.device === 'cuda' ? machine.deviceName : machine.cpu,
  ),
]

/** The last value of each loss that any of the runs has. */
function lossColumns(runs: readonly ComparedRun[]): ComparisonColumn[] {
  const names = new Set(runs.flatMap(({ run }) => Object.keys(run.losses)))
  return Object.keys(metricLabels)
    .filter((name) => names.has(name))
    .map((name) =>
      numberColumn(`loss.${name}`, {
        ...{
          title: metricWords(name).title,
          group: 'result',
          better: 'lower',
          value: ({ run }) => run.losses[name],
          text: formatMeasured,
        },
      }),
    )
}

/** Density has no best value: samples may be more typical than images. */
export const betterMeasures: Partial<Record<MeasureName, 'lower' | 'higher'>> = {
  kernelDistance: 'lower',
  frechetDistance: 'lower',
  slicedWasserstein: 'lower',
  precision: 'higher',
  recall: 'higher',
  coverage: 'higher',
  nearCopiesInPixels: 'lower',
  nearCopiesInFeatures: 'lower',
}

/** The measures of the samples with their errors, where any of the runs was evaluated. */
function measureColumns(runs: readonly ComparedRun[]): ComparisonColumn[] {
  const evaluation = runs.find((one) => one.evaluation !== null)?.evaluation
  if (!evaluation) return []
  const titles = new Map(evaluationFacts(evaluation).map(({ name, title }) => [name, title]))
  return measureNames.map((name) => {
    const better = betterMeasures[name]
    const column = numberColumn(`measure.${name}`, {
      ...{ title: titles.get(name) ?? name, group: 'result', ...(better ? { better } : {}) },
      value: (run) => run.evaluation?.measures[name].value,
    })
    const text = (run: ComparedRun) =>
      run.evaluation ? estimateText(run.evaluation.measures[name]) : noValue
    return { ...column, text }
  })
}

function settingColumn(field: SettingField): ComparisonColumn {
  const { key, title, kind } = field
  // “Base channels” are counted in channels.
  const unit = field.unit !== undefined && title.endsWith(field.unit) ? undefined : field.unit
  const isNumber = kind === 'integer' || kind === 'number'
  return {
    ...{ key: `setting.${key}`, title, group: 'setting', isNumber, ...(unit === undefined ? {} : { unit }) },
    value: ({ run }) => run.config[key],
    text: ({ run }) => {
      const value = run.config[key]
      const words = wordsForNoAmount(field, value) ?? settingWords(field, value)
      return typeof value === 'number' ? withDecimalMark(words) : words
    },
  }
}

/** Everything in which runs can be compared: what they are, what they reached, and their settings. */
export const comparisonColumns = (runs: readonly ComparedRun[]): ComparisonColumn[] => [
  ...runColumns(),
  ...lossColumns(runs),
  ...measureColumns(runs),
  ...settingFields().map(settingColumn),
]
