import { BrowserWindow, dialog, nativeTheme, screen } from 'electron'
import { join } from 'node:path'
import { z } from 'zod'
import { desktopText } from '#shared/desktop-text.ts'
import type { Store } from '../database/store.ts'
import type { Guard } from '../guard.ts'
import { RecentCrashes } from './recent-crashes.ts'
import { pageUrl } from './security.ts'
import { fitWindow, isReachable } from './window-bounds.ts'

const key = 'window'
const stateSchema = z.object({
  bounds: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
  maximized: z.boolean(),
})
const firstSize = { width: 1280, height: 800 }
const smallest = { width: 880, height: 600 }
/** The background of styles/tokens.css, so that nothing flashes before the page has loaded. */
const background = { light: '#faf9f5', dark: '#0d1411' }
/** A page that crashes more often than this within a minute is not loaded again without a question. */
const crashesTolerated = { atMost: 3, withinMs: 60_000 }

/** Opens the window where it was the last time, moved and shrunk as far as today's displays ask for. */
export function openWindow(options: { store: Store; guard: Guard; quit: () => void }): BrowserWindow {
  const { store, guard, quit } = options
  const state = rememberedState(store, guard)
  const { bounds, minimum } = fitWindow({
    ...{ remembered: state?.bounds, areas: workAreas(), firstSize, smallest },
  })
  const window = new BrowserWindow({
    ...bounds,
    minWidth: minimum.width,
    minHeight: minimum.height,
    show: false,
    title: 'Flowerbed',
    backgroundColor: nativeTheme.shouldUseDarkColors ? background.dark : background.light,
    autoHideMenuBar: true,
    webPreferences: {
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      // Curves are updated while the window is hidden.
      backgroundThrottling: false,
      spellcheck: false,
    },
  })
  if (state?.maximized) window.maximize()
  window.once(
    'ready-to-show',
    guard.wrap('window', () => window.show()),
  )
  window.on(
    'close',
    guard.wrap('window', () => {
      store.settings.set(key, { bounds: window.getNormalBounds(), maximized: window.isMaximized() })
    }),
  )
  keepReachable(window, guard)
  reloadAfterCrash({ window, guard, quit })
  guard.watch('window', load(window))
  return window
}

/** Loading that another load has replaced is no fault. */
async function load(window: BrowserWindow): Promise<void> {
  await window.loadURL(pageUrl).catch((thrown: unknown) => {
    const { code } = thrown as { code?: unknown }
    if (code !== 'ERR_ABORTED' && !window.isDestroyed() && !window.webContents.isCrashed()) throw thrown
  })
}

/** What cannot be read is as if nothing was remembered. */
function rememberedState(store: Store, guard: Guard): z.infer<typeof stateSchema> | undefined {
  try {
    return stateSchema.safeParse(store.settings.get(key)).data
  } catch (thrown) {
    guard.report('window', thrown)
    return undefined
  }
}

/**
 * Reloads a page that has crashed; training runs in another process. Before a page that crashes again and again is
 * reloaded, the user is asked.
 */
function reloadAfterCrash(options: { window: BrowserWindow; guard: Guard; quit: () => void }): void {
  const { window, guard, quit } = options
  const crashes = new RecentCrashes(crashesTolerated)
  const reload = () => {
    if (!window.isDestroyed()) window.webContents.reload()
  }
  async function ask(reason: string): Promise<void> {
    const { response } = await dialog.showMessageBox(window, {
      type: 'warning',
      message: desktopText('crash.message'),
      detail: desktopText('crash.detail', { reason }),
      buttons: [desktopText('crash.reload'), desktopText('crash.quit')],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    })
    crashes.forget()
    if (response === 1) quit()
    else reload()
  }
  window.webContents.on(
    'render-process-gone',
    guard.wrap('window', (_: unknown, { reason }: { reason: string }) => {
      if (window.isDestroyed()) return
      if (!crashes.add()) return ask(reason)
      // Not from within this event, which Chromium is still sending to other listeners.
      setImmediate(guard.wrap('window', reload))
    }),
  )
}

/** Moves a window whose display was disconnected to another one. */
function keepReachable(window: BrowserWindow, guard: Guard): void {
  const move = guard.wrap('window', () => {
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return
    const remembered = window.getBounds()
    const areas = workAreas()
    if (areas.length === 0 || isReachable(remembered, areas)) return
    window.setBounds(fitWindow({ remembered, areas, firstSize, smallest }).bounds)
  })
  screen.on('display-removed', move)
  screen.on('display-metrics-changed', move)
  window.once('closed', () => {
    screen.off('display-removed', move)
    screen.off('display-metrics-changed', move)
  })
}

/** The displays without their bars, the primary one first. */
function workAreas() {
  const primary = screen.getPrimaryDisplay()
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id)
  return [primary, ...others].map(({ workArea }) => workArea)
}
