import { join, resolve } from 'node:path'
import { _electron } from 'playwright-core'
import type { ElectronApplication, Page } from 'playwright-core'
import { electronToLaunch } from '../../scripts/lib/electron.mjs'

export const root = resolve(import.meta.dirname, '../..')
export const demoImages = join(root, 'resources/demo/images')

/** The app as a user has it: real Electron, real processes, a data folder of its own. */
export interface RunningApp {
  app: ElectronApplication
  page: Page
  /** Quits as the menu does and waits for the process to end. */
  quit: () => Promise<void>
}

const running = new Set<ElectronApplication>()
const endedByForce = new WeakSet<ElectronApplication>()

/** Ends at once, with all their processes, the apps that are running. */
export function endApps(): void {
  for (const app of running) {
    const { pid } = app.process()
    // Playwright makes each app the first of a process group, except on Windows.
    if (pid === undefined || process.platform === 'win32') app.process().kill('SIGKILL')
    else process.kill(-pid, 'SIGKILL')
    endedByForce.add(app)
  }
  running.clear()
}

/** Playwright adds this only to an Electron it has found itself: without it, the window opens while it attaches. */
const holdUntilAttached = join(root, 'node_modules/playwright-core/lib/server/electron/loader.js')

/** Starts the built app on a data folder; the window is loaded when this resolves. */
export async function launchApp(options: {
  dataDirectory: string
  size?: { width: number; height: number }
  /** Set for the app besides what is set here. */
  env?: Record<string, string>
  /** A module that the app's main process loads first; it has to load what `FLOWERBED_TEST_LOADER` names. */
  preload?: string
}): Promise<RunningApp> {
  const electron = electronToLaunch()
  const app = await _electron.launch({
    executablePath: electron.executablePath,
    args: [
      ...['-r', options.preload ?? holdUntilAttached],
      ...electron.args,
      join(root, 'out/main/index.js'),
      `--data-dir=${options.dataDirectory}`,
    ],
    cwd: root,
    env: { ...definedEnvironment(), FLOWERBED_TEST_LOADER: holdUntilAttached, ...options.env },
    timeout: 60_000,
  })
  running.add(app)
  app.once('close', () => running.delete(app))
  const page = await app.firstWindow()
  const { size } = options
  if (size) {
    await app.evaluate(({ BrowserWindow }, { width, height }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(width, height)
    }, size)
  }
  await page.getByTestId('go-library').waitFor()
  return {
    app,
    page,
    quit: async () => {
      if (endedByForce.has(app)) return
      const ended = app.waitForEvent('close')
      await app
        .evaluate(({ app: electronApp }) => {
          electronApp.quit()
        })
        // Node may collect the promise of the evaluation once the app is about to quit.
        .catch((error: unknown) => {
          if (!/garbage collected|closed/.test(String(error))) throw error
        })
      await ended
    },
  }
}

/** Drops files and folders on the window as the system's file manager does: with paths, through the input pipeline. */
export function dropPaths(page: Page, paths: string[], at = { x: 640, y: 400 }): Promise<void> {
  return dispatchDrag(page, ['dragEnter', 'dragOver', 'drop'], { paths, at })
}

/** Drags files and folders over the window and leaves them there. */
export function dragOver(page: Page, paths: string[], at = { x: 640, y: 400 }): Promise<void> {
  return dispatchDrag(page, ['dragEnter', 'dragOver'], { paths, at })
}

async function dispatchDrag(
  page: Page,
  types: ('dragEnter' | 'dragOver' | 'drop')[],
  { paths, at }: { paths: string[]; at: { x: number; y: number } },
): Promise<void> {
  const session = await page.context().newCDPSession(page)
  for (const type of types) {
    await session.send('Input.dispatchDragEvent', {
      type,
      ...at,
      data: { items: [], files: paths, dragOperationsMask: 1 },
    })
  }
  await session.detach()
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
