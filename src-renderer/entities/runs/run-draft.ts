import { computed, reactive, shallowRef } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'
import { automaticKeys } from '#shared/automatic-settings.ts'
import type { AutomaticSetting } from '#shared/schemas/automatic.ts'
import { runConfigSchema, settingKeys } from '#shared/schemas/run-config.ts'
import type { RunConfig, SettingKey } from '#shared/schemas/run-config.ts'
import { defaultPresetId, presetIds, presets } from '#shared/presets.ts'
import type { PresetId } from '#shared/presets.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { t } from '../../i18n.ts'

export type SettingValue = RunConfig[SettingKey]

/** The settings of a run that is being prepared: a preset, and what was changed by hand. */
export interface RunDraft {
  preset: ShallowRef<PresetId>
  /** What each field shows: as typed, else what the preset chooses, else its value. */
  texts: ComputedRef<Record<SettingKey, string>>
  /** What is wrong with a field; a valid field has no entry. */
  errors: ComputedRef<Partial<Record<SettingKey, string>>>
  /** The values that differ from the preset. */
  changes: ComputedRef<Partial<Record<SettingKey, SettingValue>>>
  /** The fields that differ from the preset, invalid ones among them. */
  changed: ComputedRef<ReadonlySet<SettingKey>>
  valid: ComputedRef<boolean>
  /** Whether the preset chooses the value of a field. */
  isAutomatic: (key: SettingKey) => boolean
  /** Takes what was typed or chosen, valid or not. */
  set: (key: SettingKey, text: string) => void
  /** Back to the preset's value. */
  reset: (key: SettingKey) => void
  /** Back to the preset's values. */
  resetAll: () => void
}

/**
 * A draft that starts from a preset, with changes where it goes by an earlier run; what is typed by hand stays when the
 * preset is switched.
 * @param chosen what the preset chooses, where the images are known
 */
export function useRunDraft(
  initial: PresetId = defaultPresetId,
  changed: Partial<Record<SettingKey, SettingValue>> = {},
  chosen: (() => readonly AutomaticSetting[]) | null = null,
): RunDraft {
  const preset = shallowRef<PresetId>(initial)
  const entries = Object.entries(changed).map(([key, value]) => [key as SettingKey, String(value)] as const)
  const typed = reactive(new Map<SettingKey, string>(entries))

  const config = computed(() => presets[preset.value].config)
  const isAutomatic = (key: SettingKey): boolean =>
    chosen !== null && (automaticKeys(preset.value) as readonly SettingKey[]).includes(key)
  const texts = computed(() => {
    const values = new Map<SettingKey, number>(chosen?.().map(({ key, value }) => [key, value]))
    return byKey((key) => typed.get(key) ?? String(values.get(key) ?? config.value[key]))
  })
  const parsed = computed(() => [...typed].map(([key, text]) => ({ key, ...parse(key, text) })))
  const errors = computed(() => {
    const wrong = parsed.value.flatMap(({ key, error }) => (error === undefined ? [] : [[key, error]]))
    return Object.fromEntries(wrong) as Partial<Record<SettingKey, string>>
  })
  const differing = computed(() =>
    parsed.value.filter(
      ({ key, error, value }) => error !== undefined || isAutomatic(key) || value !== config.value[key],
    ),
  )
  const changes = computed(() => {
    const right = differing.value.flatMap(({ key, error, value }) =>
      error === undefined ? [[key, value]] : [],
    )
    return Object.fromEntries(right) as Partial<Record<SettingKey, SettingValue>>
  })

  function set(key: SettingKey, text: string): void {
    // Typed back to the preset's text means no change; “1.0” must stay as typed, since “1.05” may follow.
    if (text === String(config.value[key]) && !isAutomatic(key)) typed.delete(key)
    else typed.set(key, text)
  }

  return {
    preset,
    texts,
    errors,
    changes,
    changed: computed(() => new Set(differing.value.map(({ key }) => key))),
    valid: computed(() => Object.keys(errors.value).length === 0),
    isAutomatic,
    set,
    reset: (key) => void typed.delete(key),
    resetAll: () => typed.clear(),
  }
}

/** What versions that did not record it had the preset `auto` choose. */
const unrecordedKeys: readonly SettingKey[] = ['patch', 'codeKlWeight', 'dropout']

/** The preset of an earlier run and what was changed of it by hand; null where the preset is gone. */
export function settingsOfRun(
  run: Pick<RunRecord, 'preset' | 'config' | 'automatic'>,
): { preset: PresetId; changes: Partial<Record<SettingKey, SettingValue>> } | null {
  const preset = presetIds.find((id) => id === run.preset)
  if (!preset) return null
  const { config } = presets[preset]
  const recorded = run.automatic?.settings.filter(({ key, value }) => run.config[key] === value)
  const chosen: readonly SettingKey[] =
    recorded?.map(({ key }) => key) ?? (preset === 'auto' ? unrecordedKeys : [])
  const keys = settingKeys.filter((key) => run.config[key] !== config[key] && !chosen.includes(key))
  return { preset, changes: Object.fromEntries(keys.map((key) => [key, run.config[key]])) }
}

function byKey<T>(of: (key: SettingKey) => T): Record<SettingKey, T> {
  return Object.fromEntries(settingKeys.map((key) => [key, of(key)])) as Record<SettingKey, T>
}

function parse(key: SettingKey, text: string): { value?: SettingValue; error?: string } {
  const result = runConfigSchema.shape[key].safeParse(text)
  if (result.success) return { value: result.data }
  return { error: result.error.issues[0]?.message ?? t('runs.setting.invalid') }
}
