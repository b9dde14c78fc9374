import { desktopText } from '#shared/desktop-text.ts'
import { settingField } from '#shared/labels/described.ts'
import { ladderPresets, rungTitle } from '#shared/ladder.ts'
import type { ExperimentRecord } from '#shared/schemas/experiment.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { SettingKey } from '#shared/schemas/run-config.ts'
import { settingWords } from '#shared/schemas/setting.ts'

/** What orders and titles of runs are made of. */
export type ComparedRun = Pick<RunRecord, 'id' | 'preset' | 'config' | 'createdAt'>
type Compared = Pick<ExperimentRecord, 'kind' | 'varied'>

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
export const variedTitle = (key: string): string =>
  key === 'preset' ? desktopText('column.preset') : (settingField(key)?.title ?? key)

/** What sets a run apart in its experiment. */
function variedSettings(varied: readonly string[], { preset, config }: ComparedRun): VariedSetting[] {
  return varied.map((key) => {
    const title = variedTitle(key)
    if (key === 'preset') return { key, title, value: rungTitle(preset) }
    const field = settingField(key)
    return { key, title, value: field ? settingWords(field, config[field.key]) : '–' }
  })
}

/** Presets go by their title alone, settings by theirs and the value. */
function variantTitle(settings: readonly VariedSetting[], { preset }: ComparedRun): string {
  if (settings.length === 0) return rungTitle(preset)
  return settings.map(({ key, title, value }) => (key === 'preset' ? value : `${title} ${value}`)).join(', ')
}

/** The runs in the order they are trained, systems of the ladder in the ladder’s; those of one variant together. */
function groups<Run extends ComparedRun>(
  { kind, varied }: Compared,
  runs: readonly Run[],
): [Run, ...Run[]][] {
  const rank = ({ preset }: Run) =>
    kind === 'ladder' ? (ladderPresets as readonly string[]).indexOf(preset) : 0
  const found = new Map<string, [Run, ...Run[]]>()
  for (const run of [...runs].sort((a, b) => rank(a) - rank(b) || a.createdAt - b.createdAt)) {
    const values = varied.map((key) => (key === 'preset' ? run.preset : run.config[key as SettingKey]))
    const group = found.get(JSON.stringify(values))
    if (group) group.push(run)
    else found.set(JSON.stringify(values), [run])
  }
  return [...found.values()]
}

/** The runs of an experiment, variant by variant. */
export const experimentOrder = <Run extends ComparedRun>(experiment: Compared, runs: readonly Run[]): Run[] =>
  groups(experiment, runs).flat()

/** The runs of an experiment, those that differ in the seed alone put together. */
export function variantsOf<Run extends ComparedRun>(
  experiment: Compared,
  runs: readonly Run[],
): Variant<Run>[] {
  return groups(experiment, runs).map((group) => {
    const settings = variedSettings(experiment.varied, group[0])
    return { title: variantTitle(settings, group[0]), settings, runs: group }
  })
}

/** A title of each run by its id: what sets it apart in its experiment, and the seed where there are several. */
export function runTitles(experiment: Compared, runs: readonly ComparedRun[]): Map<string, string> {
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
