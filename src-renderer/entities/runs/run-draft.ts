import { computed, reactive, shallowRef } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'
import { automaticKeys } from '#shared/automatic-settings.ts'
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
  /** What each field shows: as typed, else the preset's value. */
  texts: ComputedRef<Record<SettingKey, string>>
  /** What is wrong with a field; a valid field has no entry. */
  errors: ComputedRef<Partial<Record<SettingKey, string>>>
  /** The values that differ from the preset. */
  changes: ComputedRef<Partial<Record<SettingKey, SettingValue>>>
  /** The fields that differ from the preset, invalid ones among them. */
  changed: ComputedRef<ReadonlySet<SettingKey>>
  valid: ComputedRef<boolean>
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
 */
export function useRunDraft(
  initial: PresetId = defaultPresetId,
  changed: Partial<Record<SettingKey, SettingValue>> = {},
): RunDraft {
  const preset = shallowRef<PresetId>(initial)
  const entries = Object.entries(changed).map(([key, value]) => [key as SettingKey, String(value)] as const)
  const typed = reactive(new Map<SettingKey, string>(entries))

  const config = computed(() => presets[preset.value].config)
  const texts = computed(() => byKey((key) => typed.get(key) ?? String(config.value[key])))
  const parsed = computed(() => [...typed].map(([key, text]) => ({ key, ...parse(key, text) })))
  const errors = computed(() => {
    const wrong = parsed.value.flatMap(({ key, error }) => (error === undefined ? [] : [[key, error]]))
    return Object.fromEntries(wrong) as Partial<Record<SettingKey, string>>
  })
  const differing = computed(() =>
    parsed.value.filter(({ key, error, value }) => error !== undefined || value !== config.value[key]),
  )
  const changes = computed(() => {
    const right = differing.value.flatMap(({ key, error, value }) =>
      error === undefined ? [[key, value]] : [],
    )
    return Object.fromEntries(right) as Partial<Record<SettingKey, SettingValue>>
  })

  function set(key: SettingKey, text: string): void {
    // Typed back to the preset's text means no change; “1.0” must stay as typed, since “1.05” may follow.
    if (text === String(config.value[key])) typed.delete(key)
    else typed.set(key, text)
  }

  return {
    preset,
    texts,
    errors,
    changes,
    changed: computed(() => new Set(differing.value.map(({ key }) => key))),
    valid: computed(() => Object.keys(errors.value).length === 0),
    set,
    reset: (key) => void typed.delete(key),
    resetAll: () => typed.clear(),
  }
}

/** The preset of an earlier run and what it changed of it; null where the preset is gone. */
export function settingsOfRun(
  run: Pick<RunRecord, 'preset' | 'config'>,
): { preset: PresetId; changes: Partial<Record<SettingKey, SettingValue>> } | null {
  const preset = presetIds.find((id) => id === run.preset)
  if (!preset) return null
  const { config } = presets[preset]
  const keys = settingKeys.filter(
    (key) => run.config[key] !== config[key] && (preset !== 'auto' || !automaticKeys.includes(key)),
  )
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
