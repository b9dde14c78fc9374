import { computed, reactive } from 'vue'
import { formatCount, formatDuration } from '#shared/format.ts'
import type { IpcArgument } from '#shared/ipc.ts'
import { ladderPresets } from '#shared/ladder.ts'
import type { PresetId } from '#shared/presets.ts'
import { runConfigSchema } from '#shared/schemas/run-config.ts'
import type { SettingKey } from '#shared/schemas/run-config.ts'
import { settingFields } from '#shared/labels/described.ts'
import { t } from '../../i18n.ts'

/** What may be set for all systems without making them alike. */
const sharedKeys: readonly SettingKey[] = [
  'hidden',
  'batch',
  'sampleEvery',
  'sampleCount',
  'sampleSteps',
  'checkpointEvery',
]
export const sharedFields = () => settingFields().filter(({ key }) => sharedKeys.includes(key))

export interface ExperimentDraft {
  systems: PresetId[]
  unit: 'minutes' | 'steps'
  /** As typed, by unit. */
  budget: { minutes: string; steps: string }
  seed: string
  shared: Partial<Record<SettingKey, string>>
}

/** What is wrong with a setting as typed; an empty one is not. */
export function settingProblem(key: SettingKey, text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  return runConfigSchema.shape[key].safeParse(text).error?.issues[0]?.message
}

/** An experiment as it is being set up, with its problems and its total length. */
export function useExperimentDraft() {
  const draft = reactive<ExperimentDraft>({
    systems: [],
    unit: 'minutes',
    budget: { minutes: '10', steps: '2000' },
    seed: '1',
    shared: {},
  })

  const budgetProblem = computed(() => {
    const text = draft.budget[draft.unit]
    return Number(text) > 0 ? settingProblem(draft.unit, text) : t('experiment.create.lengthMissing')
  })
  const seedProblem = computed(() =>
    draft.seed === '' ? t('experiment.create.seedMissing') : settingProblem('seed', draft.seed),
  )
  const valid = computed(
    () =>
      draft.systems.length > 0 &&
      budgetProblem.value === undefined &&
      seedProblem.value === undefined &&
      sharedKeys.every((key) => settingProblem(key, draft.shared[key]) === undefined),
  )
  /** “3 systems · about 30 min in total”. */
  const total = computed(() => {
    const count = draft.systems.length
    if (count === 0) return t('experiment.create.systemsMissing')
    if (budgetProblem.value !== undefined) return ''
    const sum = count * Number(draft.budget[draft.unit])
    const length =
      draft.unit === 'minutes'
        ? t('experiment.create.totalTime', { time: formatDuration(60 * sum) })
        : t('experiment.create.totalSteps', { steps: formatCount(sum) })
    return `${t('experiment.create.systemCount', { count })} · ${length}`
  })

  /** Chooses all systems and empties the shared settings; budget and seed stay as they were. */
  function reset(): void {
    draft.systems = [...ladderPresets]
    draft.shared = {}
  }
  function toRequest(datasetId: string): IpcArgument<'experiments.create'> {
    const { systems, unit, budget, seed, shared } = draft
    return {
      datasetId,
      presets: [...systems],
      budget: { [unit]: Number(budget[unit]) },
      seed: Number(seed),
      changes: { ...shared },
    }
  }

  return { draft, budgetProblem, seedProblem, valid, total, reset, toRequest }
}
