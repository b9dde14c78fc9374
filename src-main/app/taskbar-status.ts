import { Notification, powerSaveBlocker } from 'electron'
import type { BrowserWindow } from 'electron'
import { desktopText } from '#shared/desktop-text.ts'
import { sentencesOf } from '#shared/errors.ts'
import { shareOfAll } from '#shared/run-limits.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Guard } from '../guard.ts'
import type { TrayStatus } from './tray.ts'

/** What the system shows of training: progress on the taskbar, no sleep, and a notification at the end. */
export class TaskbarStatus {
  private readonly windowNow: () => BrowserWindow | null
  private readonly guard: Guard
  private readonly tray: TrayStatus
  private blocker: number | null = null

  constructor(options: { window: () => BrowserWindow | null; guard: Guard; tray: TrayStatus }) {
    this.windowNow = options.window
    this.guard = options.guard
    this.tray = options.tray
  }

  /** Shows the runs in training, by their present records. */
  show(runs: readonly RunRecord[]): void {
    const live = runs.filter(isLive)
    const trains = live.length > 0
    if (trains && this.blocker === null) this.blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!trains && this.blocker !== null) {
      powerSaveBlocker.stop(this.blocker)
      this.blocker = null
    }
    this.tray.show(live)
    this.window?.setProgressBar(shareOfAll(live) ?? -1)
  }

  /** Notifies that a run has ended, unless the window has the focus. */
  announce(run: RunRecord): void {
    if (this.window?.isFocused() || !Notification.isSupported()) return
    const finished = run.status === 'finished'
    const notification = new Notification({
      title: desktopText(finished ? 'notification.finished' : 'notification.stopped', { name: run.name }),
      body: finished
        ? desktopText('notification.seeGallery')
        : run.error
          ? sentencesOf(run.error).message
          : desktopText('notification.seeWhy'),
    })
    notification.on(
      'click',
      this.guard.wrap('notification', () => this.tray.showWindow()),
    )
    notification.show()
  }

  /** The window while there is one: a notification may be clicked after it was closed. */
  private get window(): BrowserWindow | null {
    const window = this.windowNow()
    return window && !window.isDestroyed() ? window : null
  }
}
