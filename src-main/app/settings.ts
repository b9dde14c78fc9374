import { nativeTheme } from 'electron'
import { z } from 'zod'
import type { AppSettings } from '#shared/ipc.ts'
import { deviceChoiceSchema } from '#shared/schemas/run.ts'
import type { SettingsOf } from '../ipc/services.ts'
import type { Store } from '../database/store.ts'

const key = 'app'
const defaults: AppSettings = { device: 'auto', theme: 'system' }
const stored = z.object({ device: deviceChoiceSchema, theme: z.enum(['system', 'light', 'dark']) }).partial()

/** The app's settings in the store; the theme takes effect at once. */
export function appSettings(store: Store): SettingsOf {
  let current: AppSettings = { ...defaults, ...stored.safeParse(store.settings.get(key)).data } as AppSettings
  nativeTheme.themeSource = current.theme
  return {
    get: () => current,
    change: (changes) => {
      current = { ...current, ...changes }
      store.settings.set(key, current)
      nativeTheme.themeSource = current.theme
      return current
    },
  }
}
