import { Menu, nativeImage, Tray } from 'electron'
import type { BrowserWindow, NativeImage } from 'electron'
import { desktopText } from '#shared/desktop-text.ts'
import { shareOfAll } from '#shared/run-limits.ts'
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
  private readonly pause: (runIds: string[]) => Promise<unknown>
  private readonly quit: () => void
  private tray: Tray | null = null
  private runs: readonly RunRecord[] = []
  private shown = ''

  constructor(options: {
    window: () => BrowserWindow | null
    guard: Guard
    pause: (runIds: string[]) => Promise<unknown>
    quit: () => void
  }) {
    this.windowNow = options.window
    this.guard = options.guard
    this.pause = options.pause
    this.quit = options.quit
  }

  /** Shows the runs in training. */
  show(runs: readonly RunRecord[]): void {
    this.runs = runs
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
    const { runs } = this
    const share = shareOfAll(runs)
    const percent = share === null ? null : Math.floor(100 * share)
    const text = describe(runs, percent ?? 0)
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
          enabled: runs.length > 0,
          click: this.guard.wrap('tray', () => this.pause(runs.map(({ id }) => id))),
        },
        { label: desktopText('tray.quit'), click: this.guard.wrap('tray', () => this.quit()) },
      ]),
    )
  }
}

function describe(runs: readonly RunRecord[], percent: number): string {
  const [run] = runs
  if (!run) return desktopText('tray.idle')
  if (runs.length > 1) return desktopText('tray.trainingSeveral', { count: runs.length, percent })
  return desktopText('tray.training', { name: run.name, percent })
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
