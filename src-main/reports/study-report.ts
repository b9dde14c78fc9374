import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { variantsOf, variedTitle } from '#shared/experiment-runs.ts'
import type { VariedSetting } from '#shared/experiment-runs.ts'
import { settingFields } from '#shared/schemas/run-config.ts'
import type { ExperimentRecord } from '#shared/schemas/experiment.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { RunRecord, RunStatus } from '#shared/schemas/run.ts'
import { meanWithError } from '#shared/statistics.ts'
import type { MeanWithError } from '#shared/statistics.ts'
import type { Store } from '../database/store.ts'
import type { Reconstructor } from '../runs/reconstructions.ts'
import { curveOf } from './curve.ts'
import type { CurvePoint } from './curve.ts'
import { runNumbers } from './run-numbers.ts'
import type { NamedNumber } from './run-numbers.ts'
import { valueWords } from './words.ts'

/** Metrics whose curves a report shows. */
export const curveMetrics = ['velocity', 'validationVelocity', 'loss'] as const

/** One run as the report shows it. */
export interface RunReport {
  id: string
  seed: number
  status: RunStatus
  /** Why it failed. */
  error: string | null
  steps: number
  seconds: number
  stepsPerSecond: number
  device: string | null
  numbers: NamedNumber[]
  curves: Record<string, CurvePoint[]>
  /** Its last sheet of samples, in the data folder; null before it has one. */
  sheet: string | null
}

/** A number over the seeds of a variant. */
export type NumberSummary = Omit<NamedNumber, 'value'> & MeanWithError

/** Runs that differ in the seed alone. */
export interface VariantReport {
  title: string
  settings: VariedSetting[]
  /** Of its runs that have reached their goal. */
  numbers: NumberSummary[]
  runs: RunReport[]
}

export interface StudyReport {
  experiment: Pick<ExperimentRecord, 'id' | 'kind' | 'name' | 'createdAt'>
  dataset: { name: string; count: number; shape: ImageShape }
  /** The settings in which the runs differ, besides the seed. */
  varied: { key: string; title: string }[]
  /** Titles and values of the settings that all runs share. */
  shared: { title: string; value: string }[]
  finished: number
  total: number
  variants: VariantReport[]
}

/** Reads what is stored of an experiment's runs into a report; a run that has ended is read once. */
export class ReportReader {
  private readonly store: Store
  private readonly reconstructor: Pick<Reconstructor, 'find'>
  private readonly ended = new Map<string, RunReport>()

  constructor(store: Store, reconstructor: Pick<Reconstructor, 'find'>) {
    this.store = store
    this.reconstructor = reconstructor
  }

  async read(experiment: ExperimentRecord): Promise<StudyReport> {
    const { id, kind, name, varied, createdAt } = experiment
    const runs = this.store.runs.ofExperiment(id)
    const isSameObjective = !varied.some(changesObjective)
    const variants: VariantReport[] = []
    for (const variant of variantsOf(experiment, runs)) {
      const reports: RunReport[] = []
      for (const run of variant.runs) reports.push(await this.readRun(run, isSameObjective))
      variants.push({ ...variant, numbers: summaries(reports), runs: reports })
    }
    const [{ datasetName, imageCount, shape } = { datasetName: '', imageCount: 0, shape: noShape }] = runs
    return {
      experiment: { id, kind, name, createdAt },
      dataset: { name: datasetName, count: imageCount, shape },
      varied: varied.map((key) => ({ key, title: variedTitle(key) })),
      shared: sharedSettings(runs),
      finished: runs.filter(({ status }) => status === 'finished').length,
      total: runs.length,
      variants,
    }
  }

  /** The last sheet of samples of each run that has one, as a PNG, by the run's id. */
  async sheets({ variants }: StudyReport): Promise<Map<string, Buffer>> {
    const sheets = new Map<string, Buffer>()
    for (const run of variants.flatMap(({ runs }) => runs)) {
      const png = await this.sheet(run)
      if (png) sheets.set(run.id, png)
    }
    return sheets
  }

  /** The pixels of a run's last sheet of samples, as a PNG; null where the file is gone. */
  private async sheet({ sheet }: RunReport): Promise<Buffer | null> {
    return sheet === null ? null : await readFile(join(this.store.directory, sheet)).catch(() => null)
  }

  private async readRun(run: RunRecord, isSameObjective: boolean): Promise<RunReport> {
    const { id, config, status, error, step, trainedSeconds, stepsPerSecond, machine } = run
    const known = this.ended.get(id)
    if (known) return known
    const { store } = this
    const key = store.runs.key(id)
    const series = store.metrics.series(key)
    const last = store.samples.list(key).findLast(({ kind }) => kind === 'grid')
    const evaluation = store.evaluations.list(key)[0] ?? null
    const reconstruction = await this.reconstructor.find(id).catch(() => null)
    const report: RunReport = {
      ...{ id, seed: config.seed, status, error: error?.message ?? null, steps: step },
      ...{ seconds: trainedSeconds, stepsPerSecond, device: machine?.deviceName ?? null },
      numbers: runNumbers({ series, reconstruction, evaluation, isSameObjective }),
      curves: Object.fromEntries(curveMetrics.map((metric) => [metric, curveOf(series, metric)])),
      sheet: last ? `runs/${id}/samples/${last.file}` : null,
    }
    if (status === 'finished') this.ended.set(id, report)
    return report
  }
}

/** Whether the losses of runs that differ in a setting mean different things. */
const changesObjective = (key: string): boolean =>
  key === 'preset' || settingFields().some((field) => field.key === key && field.group === 'objective')

const noShape: ImageShape = { width: 0, height: 0, channels: 3 }

/** Each number over the runs that have reached their goal; what no run has is left out. */
function summaries(runs: readonly RunReport[]): NumberSummary[] {
  const numbers = runs.filter(({ status }) => status === 'finished').flatMap((run) => run.numbers)
  return [...new Set(numbers.map(({ key }) => key))].flatMap((key) => {
    const same = numbers.filter((number) => number.key === key)
    const summary = meanWithError(same.map(({ value }) => value))
    const [first] = same
    if (!summary || !first) return []
    const { title, better } = first
    const floor = meanWithError(same.flatMap((number) => number.floor ?? []))
    return [
      { key, title, ...(better ? { better } : {}), ...(floor ? { floor: floor.mean } : {}), ...summary },
    ]
  })
}

/** The settings that have one value in all runs, in words. */
function sharedSettings(runs: readonly RunRecord[]): StudyReport['shared'] {
  const presets = new Set(runs.map(({ preset }) => preset))
  const [first] = runs
  if (!first) return []
  const settings = settingFields().flatMap((field) => {
    const { key, title } = field
    const value = first.config[key]
    return runs.every(({ config }) => config[key] === value)
      ? [{ title, value: valueWords(field, value) }]
      : []
  })
  return presets.size === 1 ? [{ title: 'Preset', value: first.preset }, ...settings] : settings
}
