import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import { desktopText } from '#shared/desktop-text.ts'
import type { RunQueue } from '../runs/run-queue.ts'
import type { TrainingQueues } from '../runs/training-queues.ts'
import type { Guard } from '../guard.ts'
import { createQuitter } from './quitter.ts'
import type { TrayStatus } from './tray.ts'

/**
 * Asks before quitting ends training, writes a checkpoint, then quits. A signal (Ctrl+C in the terminal, the end of the
 * session) does not wait for an answer: it writes a checkpoint and quits.
 */
export function quitSafely(options: {
  window: BrowserWindow
  trainingQueues: TrainingQueues
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
  const { window, trainingQueues, runQueue, elsewhere, guard, tray, trainsClosed, hurry, shutDown } = options
  const quitter = createQuitter({
    guard,
    running: () => trainingQueues.unsaved,
    ask: async (runs) => {
      const { response } = await dialog.showMessageBox(window, {
        type: 'question',
        message:
          runs.length === 1
            ? desktopText('quit.training', { name: runs[0]?.name ?? '' })
            : desktopText('quit.trainingSeveral', { count: runs.length }),
        detail: detailOf({
          count: runs.length,
          queued: runQueue.state().entries.length,
          elsewhere: elsewhere(),
        }),
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
    pause: () => trainingQueues.close(),
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
    if (!isQuitting && runQueue.current.length > 0 && trainsClosed()) {
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

/** What quitting means, with that many runs in training here, queued, and in training on targets. */
function detailOf({
  count,
  queued,
  elsewhere,
}: {
  count: number
  queued: number
  elsewhere: number
}): string {
  return [
    desktopText(count === 1 ? 'quit.detail' : 'quit.detailSeveral'),
    ...(queued === 0 ? [] : [desktopText('quit.queue', { count: queued })]),
    ...(elsewhere === 0 ? [] : [desktopText('quit.elsewhere', { count: elsewhere })]),
  ].join(' ')
}
