import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import type { ExperimentQueue } from '../runs/experiment-queue.ts'
import type { TrainingDesk } from '../runs/training-desk.ts'

/**
 * Asks before a run in training is ended by quitting, saves it, then quits. A signal (Ctrl+C in the terminal, the end of
 * the session) does not wait for an answer: it saves and quits.
 */
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
    if (running && !(await mayEnd(running))) return
    await end()
  }

  async function mayEnd(running: { name: string }): Promise<boolean> {
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
    if (response !== 0) stayOpen()
    return response === 0
  }

  /** A signal may have come while the question was open. */
  function stayOpen(): void {
    if (state === 'asking') state = 'open'
  }

  async function end(): Promise<void> {
    if (state === 'closing' || state === 'closed') return
    state = 'closing'
    experiments.halt()
    await desk.close().catch(() => undefined)
    await shutDown()
    state = 'closed'
    // Electron ignores a quit from within the close that is being prevented.
    setImmediate(() => app.quit())
  }

  window.on('close', (event) => {
    if (state === 'closed') return
    event.preventDefault()
    if (state === 'open') void close()
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end())
}
