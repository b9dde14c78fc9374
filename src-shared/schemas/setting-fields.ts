import { z } from 'zod'
import { runConfigSchema, settingKeys } from '#shared/schemas/run-config.ts'
import type { SettingKey } from '#shared/schemas/run-config.ts'
import { settingMeta } from '#shared/schemas/setting.ts'
import type { SettingMeta } from '#shared/schemas/setting.ts'

/** A setting as data: everything a form field, a help line or a table row needs. */
export interface SettingField extends SettingMeta {
  key: SettingKey
  kind: 'integer' | 'number' | 'boolean' | 'choice'
  min?: number
  max?: number
  choices?: string[]
}

/** Every setting of the run schema in order, with its kind and range read off the schema itself. */
export function settingFields(): SettingField[] {
  return settingKeys.map((key) => {
    const schema = runConfigSchema.shape[key]
    const meta = settingMeta.get(schema)
    if (!meta) throw new Error(`setting ${key} has no description`)
    return { key, ...meta, ...shapeOf(schema) }
  })
}

function shapeOf(schema: z.ZodType): Pick<SettingField, 'kind' | 'min' | 'max' | 'choices'> {
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
