import { z } from 'zod'

/** How a setting is shown: derived into the form, `flowerbed train --help` and the docs. */
export interface SettingMeta {
  title: string
  /** The field's own term, shown beside the plain title. */
  term?: string
  help: string
  /** In the plural, where it has one. */
  unit?: string
  /** What nought means, where it is no amount. */
  nought?: string
  group: SettingGroup
  /** Shown without opening Advanced. */
  basic?: boolean
  /** Suitable increment for a number field or slider. */
  step?: number
  scale?: 'linear' | 'log'
  /** Plain words for the members of an enum. */
  options?: Record<string, string>
}

export const settingGroups = ['length', 'network', 'objective', 'optimizer', 'variation', 'watching'] as const
export type SettingGroup = (typeof settingGroups)[number]

/** The description of each setting, by its schema. */
export const settingMeta = z.registry<SettingMeta>()

/** A setting: the schema of its values with its description. */
export function setting<S extends z.ZodType>(schema: S, meta: SettingMeta): S {
  settingMeta.add(schema, meta)
  return schema
}

/** A number, also as typed; an empty field is no number (Number('') would be 0). */
const typed = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value), schema)

/** A number within a range; `what` names it in messages. */
export const real = (min: number, max: number, what: string) =>
  typed(
    z
      .number({ error: `${what} must be a number` })
      .min(min, `${what} must be at least ${min}`)
      .max(max, `${what} must be at most ${max}`),
  )

/** A whole number within a range. */
export const whole = (min: number, max: number, what: string) =>
  typed(
    z
      .number({ error: `${what} must be a number` })
      .int(`${what} must be a whole number`)
      .min(min, `${what} must be at least ${min}`)
      .max(max, `${what} must be at most ${max}`),
  )

/** True or false, also as typed. */
export const yesNo = (what: string) =>
  z.preprocess(
    (value) =>
      value === 'true' || value === 'yes' ? true : value === 'false' || value === 'no' ? false : value,
    z.boolean({ error: `${what} must be true or false` }),
  )
