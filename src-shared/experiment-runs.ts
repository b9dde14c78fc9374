import { ladderPresets, rungTitle } from '#shared/ladder.ts'
import type { ExperimentRecord } from '#shared/schemas/experiment.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { settingFields } from '#shared/schemas/run-config.ts'
import type { SettingKey } from '#shared/schemas/run-config.ts'
import { settingWords } from '#shared/schemas/setting.ts'

/** What titles of runs are made of. */
export type ComparedRun = Pick<RunRecord, 'id' | 'preset' | 'config' | 'createdAt'>

/** The runs of an experiment that differ in nothing but the seed. */
export interface Variant<Run extends ComparedRun> {
  /** The settings that set it apart, in words. */
  title: string
  /** The same one by one, for a table. */
  settings: VariedSetting[]
  /** In the order they are trained. */
  runs: Run[]
}

export interface VariedSetting {
  key: string
  title: string
  value: string
}

/** A setting in which runs of an experiment differ, by its title. */
export function variedTitle(key: string): string {
  return key === 'preset' ? 'Preset' : (settingFields().find((field) => field.key === key)?.title ?? key)
}

/** What sets a run apart in its experiment. */
function variedSettings(varied: readonly string[], { preset, config }: ComparedRun): VariedSetting[] {
  return varied.map((key) => {
    const title = variedTitle(key)
    if (key === 'preset') return { key, title, value: rungTitle(preset) }
    const field = settingFields().find((one) => one.key === key)
    return { key, title, value: field ? settingWords(field, config[field.key]) : '–' }
  })
}

const isSetting = ({ key }: VariedSetting) => key !== 'preset'

function variantTitle(settings: readonly VariedSetting[], { preset }: ComparedRun): string {
  if (settings.length === 0) return rungTitle(preset)
  return settings.map((one) => (isSetting(one) ? `${one.title} ${one.value}` : one.value)).join(', ')
}

/** The runs in the order they are trained; systems of the ladder in the ladder’s. */
function inOrder<Run extends ComparedRun>(
  experiment: Pick<ExperimentRecord, 'kind'>,
  runs: readonly Run[],
): Run[] {
  const rank = ({ preset }: Run) =>
    experiment.kind === 'ladder' ? (ladderPresets as readonly string[]).indexOf(preset) : 0
  return [...runs].sort((a, b) => rank(a) - rank(b) || a.createdAt - b.createdAt)
}

/** The runs of an experiment, those that differ in the seed only put together, in the order they are trained. */
export function variantsOf<Run extends ComparedRun>(
  experiment: Pick<ExperimentRecord, 'kind' | 'varied'>,
  runs: readonly Run[],
): Variant<Run>[] {
  const variants = new Map<string, Variant<Run>>()
  for (const run of inOrder(experiment, runs)) {
    const value = (key: string) => (key === 'preset' ? run.preset : run.config[key as SettingKey])
    const id = JSON.stringify(experiment.varied.map(value))
    const settings = variedSettings(experiment.varied, run)
    const found = variants.get(id) ?? { title: variantTitle(settings, run), settings, runs: [] }
    variants.set(id, { ...found, runs: [...found.runs, run] })
  }
  return [...variants.values()]
}

/** The runs of an experiment, variant by variant. */
export const experimentOrder = <Run extends ComparedRun>(
  experiment: Pick<ExperimentRecord, 'kind' | 'varied'>,
  runs: readonly Run[],
): Run[] => variantsOf(experiment, runs).flatMap((variant) => variant.runs)

/** A title of each run by its id: what sets it apart in its experiment, and the seed where there are several. */
export function runTitles(
  experiment: Pick<ExperimentRecord, 'kind' | 'varied'>,
  runs: readonly ComparedRun[],
): Map<string, string> {
  const variants = variantsOf(experiment, runs)
  const hasSeeds = variants.some((variant) => variant.runs.length > 1)
  return new Map(
    variants.flatMap((variant) =>
      variant.runs.map(({ id, config }) => [
        id,
        hasSeeds ? `${variant.title}, seed ${config.seed}` : variant.title,
      ]),
    ),
  )
}
