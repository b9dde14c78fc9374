import { z } from 'zod'
import { describeSetting } from '#shared/schemas/setting.ts'
import { augmentationSettings } from '#shared/schemas/settings/augmentation.ts'
import { lengthSettings } from '#shared/schemas/settings/length.ts'
import { monitoringSettings } from '#shared/schemas/settings/monitoring.ts'
import { networkSettings } from '#shared/schemas/settings/network.ts'
import { objectiveSettings } from '#shared/schemas/settings/objective.ts'
import { optimizerSettings } from '#shared/schemas/settings/optimizer.ts'

/**
 * Everything that decides what a run computes. Flat, so that a key is the same in the form, in SQLite and in
 * `--set key=value`. Values without a preset are the defaults of the default preset; a setting that came later has a
 * zod default, with which what was saved before it existed reads as it was.
 */
export const runConfigSchema = z.strictObject({
  ...lengthSettings,
  ...networkSettings,
  ...objectiveSettings,
  ...optimizerSettings,
  ...augmentationSettings,
  ...monitoringSettings,
})

/** In what products are computed. */
export type Precision = Exclude<RunConfig['precision'], 'auto'>
export type RunConfig = z.infer<typeof runConfigSchema>
export type SettingKey = keyof RunConfig
export const settingKeys = Object.keys(runConfigSchema.shape) as SettingKey[]

/** A setting as data: everything a form field, a help line or a table row needs. */
export type SettingField = { key: SettingKey } & ReturnType<typeof describeSetting>

/** Every setting of the run schema in order. */
export const settingFields = (): SettingField[] =>
  settingKeys.map((key) => ({ key, ...describeSetting(runConfigSchema.shape[key]) }))
