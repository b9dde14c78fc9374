import { app, nativeTheme } from 'electron'
import { z } from 'zod'
import { chosenLanguage, setLanguage } from '#shared/language.ts'
import type { AppSettings } from '#shared/ipc.ts'
import { settingsChangesSchema } from '#shared/ipc/app.ts'
import type { Store } from '../database/store.ts'

const key = 'app'
const defaults: AppSettings = {
  ...{ device: 'auto', memoryLimit: 0, theme: 'system', language: 'system', trainClosed: false },
}
/** Not strict: another version may have stored more. */
const storedSchema = z.object(settingsChangesSchema.shape)

/** The app's settings and how they are changed. */
export interface AppSettingsStore {
  get: () => AppSettings
  change: (changes: Partial<AppSettings>) => AppSettings
}

/** The limit as a part of a request to the engine. */
export const memoryLimitOf = ({ memoryLimit }: AppSettings): { memoryLimit?: number } =>
  memoryLimit > 0 ? { memoryLimit: memoryLimit * 1e9 } : {}

/** The app's settings in the store; theme and language take effect at once. */
export function appSettings(store: Store): AppSettingsStore {
  let current: AppSettings = { ...defaults, ...storedSchema.safeParse(store.settings.get(key)).data }
  const apply = () => {
    nativeTheme.themeSource = current.theme
    setLanguage(chosenLanguage(current.language, app.getLocale()))
  }
  apply()
  return {
    get: () => current,
    change: (changes) => {
      current = { ...current, ...changes }
      store.settings.set(key, current)
      apply()
      return current
    },
  }
}
