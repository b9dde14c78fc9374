import { app, dialog } from 'electron'
import { setTimeout as sleep } from 'node:timers/promises'
import { desktopText } from '#shared/desktop-text.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import { createLogger } from '../log.ts'
import { isDevelopment } from './security.ts'

const log = createLogger('main')

/**
 * Makes sure that one app at a time uses a data folder; false when another one does. A restart by `npm run dev` waits for
 * the app before it, which may still be saving.
 */
export async function acquireDataFolderLock(): Promise<boolean> {
  const attempts = isDevelopment ? 100 : 1
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await sleep(200)
    if (app.requestSingleInstanceLock()) return true
  }
  return false
}

/** Shows why the app cannot start, and ends it: without its data folder there is nothing to show. */
export function failStartup(thrown: unknown): void {
  const { message, where, hint } = toFlowerbedError(thrown)
  log.error(message, thrown)
  process.stderr.write(`flowerbed: ${[message, where, hint].filter(Boolean).join(' ')}\n`)
  dialog.showErrorBox(desktopText('startup.failed'), [message, where, hint].filter(Boolean).join('\n\n'))
  app.exit(1)
}
