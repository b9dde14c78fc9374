import { groupTitle, settingFields } from '#shared/labels/described.ts'
import type { SettingField, SettingKey } from '#shared/schemas/run-config.ts'
import { settingGroups } from '#shared/schemas/setting.ts'

/** How long a run trains: one control of its own. */
const lengthKeys: readonly SettingKey[] = ['steps', 'epochs', 'minutes']

/** The settings of the sheet of a new run: the basic ones, and all others by group. */
export function runFormFields(): {
  basics: SettingField[]
  groups: { group: string; title: string; fields: SettingField[] }[]
} {
  const fields = settingFields()
  return {
    basics: fields.filter(({ basic, key }) => basic && !lengthKeys.includes(key)),
    groups: settingGroups
      .map((group) => ({
        group,
        title: groupTitle(group),
        fields: fields.filter((field) => field.group === group && !field.basic),
      }))
      .filter((group) => group.fields.length > 0),
  }
}
