import { errorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'
import type { RunConfig, SettingKey } from '#shared/schemas/run-config.ts'

/** In words, each of the settings before and after. */
export function changesOf(
  settings: readonly SettingKey[],
  { before, after }: { before: RunConfig; after: RunConfig },
): ErrorText[] {
  return settings.map((setting) =>
    errorText('settings.changed', {
      setting,
      before: String(before[setting]),
      after: String(after[setting]),
    }),
  )
}
