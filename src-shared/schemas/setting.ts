import { desktopText, oneOf } from '#shared/desktop-text.ts'
import { z } from 'zod'

/** How a setting is shown: derived into the form and `flowerbed train --help`. */
export interface SettingMeta {
  /** The field's term. */
  title: string
  /** What it does, for those who do not know the term. */
  help: string
  /** In the plural, where it has one. */
  unit?: string
  /** What 0 means, where it is no amount. */
  zero?: string
  /** What the largest value means, where it is no amount. */
  most?: string
  group: SettingGroup
  /** Shown without opening Advanced. */
  basic?: boolean
  /** Suitable increment for a number field or slider. */
  step?: number
  scale?: 'linear' | 'log'
  /** Titles of the members of an enum. */
  options?: Record<string, string>
}

export const settingGroups = [
  'length',
  'network',
  'objective',
  'optimizer',
  'augmentation',
  'monitoring',
] as const
export type SettingGroup = (typeof settingGroups)[number]
export const settingGroupTitles: Record<SettingGroup, string> = {
  length: 'Duration and batches',
  network: 'Network',
  objective: 'Objective',
  optimizer: 'Optimizer',
  augmentation: 'Augmentation',
  monitoring: 'Samples and checkpoints',
}

const registry = z.registry<SettingMeta>()

/** Describes a schema as a setting. */
export function setting<S extends z.ZodType>(schema: S, meta: SettingMeta): S {
  registry.add(schema, meta)
  return schema
}

/** A number, also as typed; an empty field is no number (Number('') would be 0). */
const typed = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value), schema)

/** A number in [min, max]; `what` begins its error messages. */
export const real = (min: number, max: number, what: string) =>
  typed(
    z
      .number({ error: () => desktopText('input.number', { what }) })
      .min(min, { error: () => desktopText('input.min', { what, min }) })
      .max(max, { error: () => desktopText('input.max', { what, max }) }),
  )

/** A whole number in [min, max]; `what` begins its error messages. */
export const whole = (min: number, max: number, what: string) =>
  typed(
    z
      .number({ error: () => desktopText('input.number', { what }) })
      .int({ error: () => desktopText('input.whole', { what }) })
      .min(min, { error: () => desktopText('input.min', { what, min }) })
      .max(max, { error: () => desktopText('input.max', { what, max }) }),
  )

/** One of several names; `what` begins its error message. */
export const choice = <const Names extends readonly string[]>(names: Names, what: string) =>
  z.enum(names, { error: () => desktopText('input.oneOf', { what, choices: oneOf(names) }) })

/** A boolean, also as typed. */
export const yesNo = (what: string) =>
  z.preprocess(
    (value) =>
      value === 'true' || value === 'yes' ? true : value === 'false' || value === 'no' ? false : value,
    z.boolean({ error: () => desktopText('input.boolean', { what }) }),
  )

interface SettingShape {
  kind: 'integer' | 'number' | 'boolean' | 'choice'
  min?: number
  max?: number
  choices?: string[]
}

/** What a form field needs to know of a setting: its description, and its kind and range read off the schema. */
export function describeSetting(schema: z.ZodType): SettingMeta & SettingShape {
  const meta = registry.get(schema)
  if (!meta) throw new Error('The setting has no description.')
  return { ...meta, ...shapeOf(schema) }
}

function shapeOf(schema: z.ZodType): SettingShape {
  const json = z.toJSONSchema(schema, { io: 'output' }) as {
    type?: string
    minimum?: number
    maximum?: number
    enum?: string[]
  }
  if (json.enum) return { kind: 'choice', choices: json.enum }
  if (json.type === 'boolean') return { kind: 'boolean' }
  return {
    kind: json.type === 'integer' ? 'integer' : 'number',
    ...(json.minimum === undefined ? {} : { min: json.minimum }),
    ...(json.maximum === undefined ? {} : { max: json.maximum }),
  }
}

/** What a value means that is no amount, such as “no limit”. */
export const wordsForNoAmount = (
  { zero, most, max }: Pick<SettingMeta, 'zero' | 'most'> & Pick<SettingShape, 'max'>,
  value: string | number | boolean,
): string | undefined => (value === 0 ? zero : value === max ? most : undefined)

/** A value of a setting as it is shown, without its unit. */
export function settingWords(
  { options }: Pick<SettingMeta, 'options'>,
  value: string | number | boolean,
): string {
  return typeof value === 'boolean'
    ? desktopText(value ? 'value.on' : 'value.off')
    : (options?.[String(value)] ?? String(value))
}
