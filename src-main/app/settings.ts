import { nativeTheme } from 'electron'
import { z } from 'zod'
import type { AppSettings } from '#shared/ipc.ts'
import { settingsChangesSchema } from '#shared/ipc/app.ts'
import type { Store } from '../database/store.ts'

const key = 'app'
const defaults: AppSettings = { device: 'auto', theme: 'system', trainClosed: false }
/** Not strict: another version may have stored more. */
const storedSchema = z.object(settingsChangesSchema.shape)

/** The app's settings and how they are changed. */
export interface AppSettingsStore {
  get: () => AppSettings
  change: (changes: Partial<AppSettings>) => AppSettings
}

/** The app's settings in the store; the theme takes effect at once. */
export function appSettings(store: Store): AppSettingsStore {
  let current: AppSettings = { ...defaults, ...storedSchema.safeParse(store.settings.get(key)).data }
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
