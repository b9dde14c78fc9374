import { chosenLanguage } from '#shared/language.ts'
import type { AppSettings } from '#shared/ipc.ts'
import { on } from '../api/events.ts'
import { request } from '../api/index.ts'
import { showLanguage } from '../i18n.ts'

const show = ({ language }: Pick<AppSettings, 'language'>) =>
  showLanguage(chosenLanguage(language, navigator.language))

/** Shows the language of the app's settings; where they cannot be had, that of the system. */
export async function showChosenLanguage(): Promise<void> {
  show({ language: 'system' })
  // What is wrong is reported by the requests of the window's components.
  const info = await request('app.info').catch(() => null)
  if (info) show(info.settings)
}

/** Follows changes of the language; to be called when the components listen to main. */
export const followLanguage = (): void => void on('settings', ({ settings }) => show(settings))
