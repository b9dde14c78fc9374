import { Menu, nativeImage, Tray } from 'electron'
import type { BrowserWindow, NativeImage } from 'electron'
import { desktopText } from '#shared/desktop-text.ts'
import { shareDone } from '#shared/run-limits.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Guard } from '../guard.ts'
import { hasTray } from './tray-host.ts'
import { ringBitmap } from './tray-icon.ts'

/** Side of the icon in points. */
const side = 22

/** The window's place while it is closed and a run trains: an icon with its progress, and what may be done from there. */
export class TrayStatus {
  private readonly windowNow: () => BrowserWindow | null
  private readonly guard: Guard
  private readonly pause: (runId: string) => Promise<unknown>
  private readonly quit: () => void
  private tray: Tray | null = null
  private run: RunRecord | null = null
  private shown = ''

  constructor(options: {
    window: () => BrowserWindow | null
    guard: Guard
    pause: (runId: string) => Promise<unknown>
    quit: () => void
  }) {
    this.windowNow = options.window
    this.guard = options.guard
    this.pause = options.pause
    this.quit = options.quit
  }

  /** Follows one run's record; `null` when none is in training. */
  show(run: RunRecord | null): void {
    this.run = run && isLive(run) ? run : null
    this.paint()
  }

  /** Hides the window behind the icon; where no icon is shown, the window is minimised. */
  async hideWindow(): Promise<void> {
    const window = this.windowNow()
    if (!window) return
    if (!(await hasTray())) {
      window.minimize()
      return
    }
    this.tray ??= this.createTray()
    this.shown = ''
    this.paint()
    window.hide()
  }

  /** Shows the window again, and no icon. */
  showWindow(): void {
    const window = this.windowNow()
    if (window?.isMinimized()) window.restore()
    window?.show()
    window?.focus()
    this.remove()
  }

  remove(): void {
    this.tray?.destroy()
    this.tray = null
  }

  private createTray(): Tray {
    const tray = new Tray(icon(null))
    tray.on(
      'click',
      this.guard.wrap('tray', () => this.showWindow()),
    )
    return tray
  }

  private paint(): void {
    if (!this.tray) return
    const { run } = this
    const percent = run ? Math.floor(100 * shareDone(run)) : null
    const text = run
      ? desktopText('tray.training', { name: run.name, percent: percent ?? 0 })
      : desktopText('tray.idle')
    // Records come many times a second.
    if (text === this.shown) return
    this.shown = text
    this.tray.setImage(icon(percent))
    this.tray.setToolTip(desktopText('tray.tip', { status: text }))
    this.tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: text, enabled: false },
        { type: 'separator' },
        { label: desktopText('tray.open'), click: this.guard.wrap('tray', () => this.showWindow()) },
        {
          label: desktopText('tray.pause'),
          enabled: run !== null,
          click: this.guard.wrap('tray', () => (run ? this.pause(run.id) : undefined)),
        },
        { label: desktopText('tray.quit'), click: this.guard.wrap('tray', () => this.quit()) },
      ]),
    )
  }
}

/** @param percent that is done; null when nothing trains */
function icon(percent: number | null): NativeImage {
  const share = percent === null ? null : percent / 100
  const image = nativeImage.createEmpty()
  for (const scaleFactor of [1, 2]) {
    const size = side * scaleFactor
    const buffer = nativeImage
      .createFromBitmap(ringBitmap(size, share), { width: size, height: size })
      .toPNG()
    image.addRepresentation({ scaleFactor, width: size, height: size, buffer })
  }
  return image
}
