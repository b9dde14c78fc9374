import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import type { ElectronApplication } from 'playwright-core'
import { demoImages, launchApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { importImages, plain, startRun, stepOf } from './steps.ts'
import { test } from './test.ts'

const pageProcess = (app: ElectronApplication): Promise<number> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0)

/** Ends the window's process as the system does when memory is short. */
async function killPage(app: ElectronApplication): Promise<void> {
  process.kill(await pageProcess(app), 'SIGKILL')
}

/** What the page shows, asked through main: playwright does not follow a page over its crash. */
const inPage = (app: ElectronApplication, script: string): Promise<unknown> =>
  app.evaluate(async ({ BrowserWindow }, code) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    if (!contents || contents.isCrashed()) return 'crashed'
    const late = new Promise((resolve) => setTimeout(() => resolve('no answer'), 2000))
    return await Promise.race([contents.executeJavaScript(code) as Promise<unknown>, late])
  }, script)
const runInPage = (app: ElectronApplication, name: 'status' | 'step') =>
  inPage(app, `document.querySelector('[data-testid=run-page]')?.dataset.${name} ?? ''`)

test('a window whose process is killed comes back and shows the training, which continues', async () => {
  const data = temporaryFolder('killed-window')
  const { app, page, quit } = await launchApp({ dataDirectory: data.path })
  await importImages(page, [demoImages])
  await startRun(page, { ...plain, steps: '100000' })
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(5)

  for (let times = 0; times < 2; times++) {
    await killPage(app)
    await expect
      .poll(() => inPage(app, "document.querySelector('[data-testid=go-run]')?.click() ?? 'there'"))
      .toBe('there')
    await expect.poll(() => runInPage(app, 'status')).toBe('training')
    // Steps come as events: the page that was loaded again receives them.
    const before = Number(await runInPage(app, 'step'))
    await expect
      .poll(async () => Number(await runInPage(app, 'step')), { timeout: 60_000 })
      .toBeGreaterThan(before)
  }
  await inPage(
    app,
    "window.api.request('runs.list').then(({ value }) => window.api.request('runs.pause', { id: value[0].id }))",
  )
  await expect.poll(() => runInPage(app, 'status'), { timeout: 60_000 }).toBe('paused')
  await quit()
  data.remove()
})

test('a window that crashes again and again asks, and is loaded again when told so', async () => {
  const data = temporaryFolder('crashing-window')
  const { app, quit } = await launchApp({ dataDirectory: data.path })
  await app.evaluate(({ dialog }) => {
    const seen = globalThis as { asked?: string[]; answer?: (answer: unknown) => void }
    seen.asked = []
    dialog.showMessageBox = ((_: unknown, { message }: { message: string }) => {
      seen.asked?.push(message)
      return new Promise((resolve) => {
        seen.answer = resolve as (answer: unknown) => void
      })
    }) as typeof dialog.showMessageBox
  })
  const works = () => inPage(app, "window.api.request('app.info').then(({ ok }) => ok)")
  for (let times = 0; times < 3; times++) {
    await killPage(app)
    await expect.poll(works).toBe(true)
  }
  await killPage(app)
  const asked = () => app.evaluate(() => (globalThis as { asked?: string[] }).asked)
  await expect.poll(asked).toEqual(['The window has crashed several times within a minute.'])
  expect(await works()).toBe('crashed')
  await app.evaluate(() => (globalThis as { answer?: (answer: unknown) => void }).answer?.({ response: 0 }))
  await expect.poll(works).toBe(true)
  await quit()
  data.remove()
})

test('a window that was left on a display that is gone opens on one that is there', async () => {
  const data = temporaryFolder('lost-window')
  const first = await launchApp({ dataDirectory: data.path })
  await first.app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    if (window) window.getNormalBounds = () => ({ x: 30_000, y: -500, width: 9000, height: 9000 })
  })
  await first.quit()
  const again = await launchApp({ dataDirectory: data.path })
  const { bounds, area } = await again.app.evaluate(({ BrowserWindow, screen }) => ({
    bounds: BrowserWindow.getAllWindows()[0]?.getBounds(),
    area: screen.getPrimaryDisplay().workArea,
  }))
  expect(bounds?.x).toBeGreaterThanOrEqual(area.x)
  expect(bounds?.y).toBeGreaterThanOrEqual(area.y)
  expect((bounds?.x ?? 0) + (bounds?.width ?? 0)).toBeLessThanOrEqual(area.x + area.width)
  expect((bounds?.y ?? 0) + (bounds?.height ?? 0)).toBeLessThanOrEqual(area.y + area.height)
  await again.quit()
  data.remove()
})

test('an error in the page is reported once, and the page keeps working', async () => {
  const data = temporaryFolder('faulty-page')
  const { page, quit } = await launchApp({ dataDirectory: data.path })
  await page.evaluate(() => {
    for (let times = 0; times < 20; times++) {
      setTimeout(() => {
        throw new Error('thrown in the page')
      })
      void Promise.reject(new Error('rejected in the page'))
    }
  })
  await expect(page.getByText('Something went wrong in this window: thrown in the page')).toHaveCount(1)
  await expect(page.getByText('Something went wrong in this window: rejected in the page')).toHaveCount(1)
  await page.getByTestId('go-settings').click()
  await expect(page.getByTestId('disk-use')).toBeVisible()
  await quit()
  data.remove()
})

test('a page that cannot be shown at all offers to be loaded again', async () => {
  const data = temporaryFolder('empty-page')
  const { page, quit } = await launchApp({ dataDirectory: data.path })
  await page.evaluate("document.querySelector('#app').replaceChildren()")
  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error('nothing is left')
    })
  })
  await page.getByRole('button', { name: 'Reload the window' }).click()
  await page.getByTestId('go-library').waitFor()
  await quit()
  data.remove()
})

test('with the setting for it, a closed window is hidden behind a tray icon or minimised, and training continues', async () => {
  test.skip(process.platform !== 'linux', 'Elsewhere there always is a tray.')
  const data = temporaryFolder('closed-window')
  // What the desktop says of trays.
  const bus = (answer: string) => {
    writeFileSync(join(data.path, 'gdbus'), `#!/bin/sh\necho '(${answer},)'\n`)
    chmodSync(join(data.path, 'gdbus'), 0o755)
  }
  const env = { PATH: `${data.path}:${process.env['PATH'] ?? ''}` }
  const { app, page, quit } = await launchApp({ dataDirectory: data.path, env })
  await app.evaluate(({ BrowserWindow, dialog }) => {
    const seen = globalThis as { asked?: number; minimised?: number }
    seen.asked = 0
    seen.minimised = 0
    dialog.showMessageBox = () => {
      seen.asked = (seen.asked ?? 0) + 1
      return Promise.resolve({ response: seen.asked === 1 ? 1 : 0, checkboxChecked: false })
    }
    // Without a window manager nothing is minimised.
    const [window] = BrowserWindow.getAllWindows()
    if (window) window.minimize = () => (seen.minimised = (seen.minimised ?? 0) + 1)
  })
  /** Asked again where main was busy with its first tray icon, which ends an evaluation. */
  const seen = () =>
    app
      .evaluate(({ BrowserWindow }) => {
        const { asked, minimised } = globalThis as { asked?: number; minimised?: number }
        return { asked, minimised, visible: BrowserWindow.getAllWindows()[0]?.isVisible() }
      })
      .catch(() => null)
  const close = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())

  await importImages(page, [demoImages])
  await startRun(page, { ...plain, steps: '100000' })
  // By default closing asks.
  await close()
  await expect.poll(seen).toEqual({ asked: 1, minimised: 0, visible: true })
  await page.getByTestId('go-settings').click()
  await page.getByTestId('settings-close').getByRole('radio', { name: 'Keep training' }).check()
  await page.getByTestId('go-run').click()

  bus('false')
  await close()
  await expect.poll(seen).toEqual({ asked: 1, minimised: 1, visible: true })
  bus('true')
  await close()
  await expect.poll(seen).toEqual({ asked: 1, minimised: 1, visible: false })
  const before = await stepOf(page)
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(before)

  await app.evaluate(({ app: electronApp }) => void electronApp.emit('activate'))
  await expect.poll(seen).toMatchObject({ asked: 1, visible: true })
  await close()
  await expect.poll(seen).toMatchObject({ visible: false })
  // Quitting asks all the same, with the window in sight.
  await quit()
  data.remove()
})
