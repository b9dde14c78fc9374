import { Notification, powerSaveBlocker } from 'electron'
import type { BrowserWindow } from 'electron'
import { shareDone } from '#contract/goal.ts'
import type { RunRecord } from '#contract/run.ts'

/** What the system shows of training beside the window: progress on the taskbar, no sleep, a word at the end. */
export class Attention {
  private readonly window: () => BrowserWindow | null
  private blocker: number | null = null

  constructor(window: () => BrowserWindow | null) {
    this.window = window
  }

  /** Follows one run's record; `null` when none is in training. */
  show(run: RunRecord | null): void {
    const trains = run !== null && (run.status === 'training' || run.status === 'starting')
    if (trains && this.blocker === null) this.blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!trains && this.blocker !== null) {
      powerSaveBlocker.stop(this.blocker)
      this.blocker = null
    }
    this.window()?.setProgressBar(trains ? shareDone(run) : -1)
  }

  /** Says that a run has ended, when nobody looks. */
  announce(run: RunRecord): void {
    const window = this.window()
    if (window?.isFocused() || !Notification.isSupported()) return
    const finished = run.status === 'finished'
    const notification = new Notification({
      title: finished ? `“${run.name}” has grown` : `“${run.name}” has stopped`,
      body: finished
        ? 'Its pictures are in the gallery.'
        : (run.error?.message ?? 'Open Flowerbed to see why.'),
    })
    notification.on('click', () => {
      window?.show()
      window?.focus()
    })
    notification.show()
  }
}
