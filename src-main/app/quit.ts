import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import { desktopText } from '#shared/desktop-text.ts'
import type { RunQueue } from '../runs/run-queue.ts'
import type { TrainingQueue } from '../runs/training-queue.ts'
import type { Guard } from '../guard.ts'
import { createQuitter } from './quitter.ts'
import type { TrayStatus } from './tray.ts'

/**
 * Asks before quitting ends training, writes a checkpoint, then quits. A signal (Ctrl+C in the terminal, the end of the
 * session) does not wait for an answer: it writes a checkpoint and quits.
 */
export function quitSafely(options: {
  window: BrowserWindow
  trainingQueue: TrainingQueue
  runQueue: RunQueue
  /** How many runs in training on targets are followed. */
  elsewhere: () => number
  guard: Guard
  tray: TrayStatus
  /** Whether training continues when the window is closed. */
  trainsClosed: () => boolean
  /** Shortens all waiting from now on. */
  hurry: () => void
  /** Ends the processes and closes the store. */
  shutDown: () => Promise<void>
}): void {
  const { window, trainingQueue, runQueue, elsewhere, guard, tray, trainsClosed, hurry, shutDown } = options
  const quitter = createQuitter({
    guard,
    running: () => trainingQueue.running,
    ask: async ({ name }) => {
      const { response } = await dialog.showMessageBox(window, {
        type: 'question',
        message: desktopText('quit.training', { name }),
        detail: detailOf({ queued: runQueue.state().entries.length, elsewhere: elsewhere() }),
        buttons: [desktopText('quit.save'), desktopText('quit.stay')],
        defaultId: 0,
        cancelId: 1,
        noLink: true,
      })
      return response === 0
    },
    beginNoOther: () => {
      runQueue.close()
      hurry()
    },
    pause: () => trainingQueue.close(),
    shutDown,
    leave: () => app.quit(),
    leaveNow: () => app.exit(0),
  })
  // Closing the window is not quitting, which closes it too.
  let isQuitting = false
  app.prependListener('before-quit', () => {
    isQuitting = true
  })
  window.on('close', (event) => {
    if (quitter.mayClose()) return
    event.preventDefault()
    if (!isQuitting && runQueue.current !== null && trainsClosed()) {
      guard.watch('closing the window', tray.hideWindow())
      return
    }
    // A no leaves the app open.
    isQuitting = false
    if (!window.isVisible()) tray.showWindow()
    quitter.close()
  })
  // A window may also be destroyed without being asked.
  app.on('before-quit', (event) => {
    if (quitter.mayClose() || !window.isDestroyed()) return
    event.preventDefault()
    quitter.end()
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => quitter.end())
}

/** What quitting means, with that many runs queued, and in training on targets. */
function detailOf({ queued, elsewhere }: { queued: number; elsewhere: number }): string {
  return [
    desktopText('quit.detail'),
    ...(queued === 0 ? [] : [desktopText('quit.queue', { count: queued })]),
    ...(elsewhere === 0 ? [] : [desktopText('quit.elsewhere', { count: elsewhere })]),
  ].join(' ')
}
