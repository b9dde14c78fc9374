import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import type { ExperimentQueue } from '../runs/experiment-queue.ts'
import type { TrainingDesk } from '../runs/training-desk.ts'

/** Asks before a run in training is ended by quitting, saves it, then quits. */
export function quitSafely(options: {
  window: BrowserWindow
  desk: TrainingDesk
  experiments: ExperimentQueue
  /** Ends the processes and closes the store. */
  shutDown: () => Promise<void>
}): void {
  const { window, desk, experiments, shutDown } = options
  let state: 'open' | 'asking' | 'closing' | 'closed' = 'open'

  async function close(): Promise<void> {
    const { running } = desk
    if (running) {
      state = 'asking'
      const { response } = await dialog.showMessageBox(window, {
        type: 'question',
        message: `“${running.name}” is still learning.`,
        detail: 'It can be saved now and go on from here the next time.',
        buttons: ['Save and quit', 'Keep learning'],
        defaultId: 0,
        cancelId: 1,
        noLink: true,
      })
      if (response !== 0) {
        state = 'open'
        return
      }
    }
    state = 'closing'
    experiments.halt()
    if (running) await desk.pause(running.id).catch(() => undefined)
    await shutDown()
    state = 'closed'
    app.quit()
  }

  window.on('close', (event) => {
    if (state === 'closed') return
    event.preventDefault()
    if (state === 'open') void close()
  })
}
