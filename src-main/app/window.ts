import { BrowserWindow, nativeTheme, screen } from 'electron'
import type { Rectangle } from 'electron'
import { join } from 'node:path'
import { z } from 'zod'
import type { Store } from '../store/store.ts'
import { pageUrl } from './security.ts'

const key = 'window'
const stateSchema = z.object({
  bounds: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
  maximized: z.boolean(),
})
const firstSize = { width: 1280, height: 800 }
const smallest = { minWidth: 880, minHeight: 600 }
/** The paper of styles/tokens.css, so that nothing flashes before the page is there. */
const paper = { light: '#faf9f5', dark: '#0d1411' }

/** Opens the window where it was the last time, if that place is still on a screen. */
export function openWindow(store: Store): BrowserWindow {
  const state = stateSchema.safeParse(store.settings.get(key)).data
  const window = new BrowserWindow({
    ...firstSize,
    ...(state && isVisible(state.bounds) ? state.bounds : {}),
    ...smallest,
    show: false,
    title: 'Flowerbed',
    backgroundColor: nativeTheme.shouldUseDarkColors ? paper.dark : paper.light,
    autoHideMenuBar: true,
    webPreferences: {
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      // Curves go on while the window is hidden.
      backgroundThrottling: false,
      spellcheck: false,
    },
  })
  if (state?.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => {
    store.settings.set(key, { bounds: window.getNormalBounds(), maximized: window.isMaximized() })
  })
  reviveWhenGone(window)
  void window.loadURL(pageUrl)
  return window
}

/** Training lives in another process: a page that crashed is loaded again and finds all as it was. */
function reviveWhenGone(window: BrowserWindow): void {
  let crashes = 0
  window.webContents.on('render-process-gone', (_, { reason }) => {
    if (reason !== 'clean-exit' && crashes++ < 3) window.webContents.reload()
  })
}

function isVisible(bounds: Rectangle): boolean {
  return screen.getAllDisplays().some(({ workArea: area }) => {
    const right = Math.min(bounds.x + bounds.width, area.x + area.width)
    const bottom = Math.min(bounds.y + bounds.height, area.y + area.height)
    return right - Math.max(bounds.x, area.x) > 100 && bottom - Math.max(bounds.y, area.y) > 100
  })
}
