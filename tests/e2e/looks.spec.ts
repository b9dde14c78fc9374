// cspell:ignore Bibliothek Datei Deutsch
import { expect } from '@playwright/test'
import type { Page } from 'playwright-core'
import { launchApp } from '../helpers/app.ts'
import type { RunningApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { complaints } from './complaints.ts'
import { expectStatus, quick, startRun } from './steps.ts'
import { test } from './test.ts'

let running: RunningApp
const data = temporaryFolder('looks')

test.beforeAll(async () => {
  running = await launchApp({ dataDirectory: data.path })
  const { page } = running
  await takeTour(page)
  await expectStatus(page, 'finished')
})
test.afterAll(async () => {
  await running.quit()
  data.remove()
})

/** From an empty library to samples, by the tour alone; it goes on where its dialog is closed meanwhile. */
async function takeTour(page: Page): Promise<void> {
  const tour = page.getByTestId('tour')
  await page.getByTestId('start-tour').click()
  await page.getByTestId('import-size').selectOption(quick.size)
  await expect(page.getByRole('dialog').getByTestId('tour')).toHaveAttribute('data-step', 'train')
  await page.keyboard.press('Escape')
  await expect(tour).toHaveCount(1)
  await expect(tour).toHaveAttribute('data-step', 'import')
  await page.getByTestId('tour-go').click()
  await page.getByTestId('import-size').selectOption(quick.size)
  await startRun(page, { ...quick.settings, steps: '20', sampleEvery: '10' })
  await expect(tour).toHaveAttribute('data-step', 'sample')
  await page.getByTestId('tour-go').click()
  await expect(page.getByTestId('gallery-slider')).toBeVisible()
  await expect(tour).toHaveCount(0)
  await page.getByTestId('go-run').click()
}

/** What is folded away has to be readable too. */
async function openDetails(page: Page): Promise<void> {
  const closed = page.locator('details:not([open]) > summary')
  while ((await closed.count()) > 0) await closed.first().click()
}

test('the palette finds commands and runs by keyboard alone', async () => {
  const { page } = running
  const palette = page.getByTestId('palette')
  const find = async (text: string) => {
    await page.keyboard.press('Control+k')
    await expect(page.getByTestId('palette-query')).toBeFocused()
    await page.keyboard.type(text)
  }
  await find('')
  expect.soft(await complaints(page), 'palette').toEqual([])
  await page.keyboard.press('Control+k')
  await expect(palette).toHaveCount(0)

  await find('dark')
  await page.keyboard.press('Enter')
  const theme = () =>
    page.evaluate("window.api.request('app.info').then(({ value }) => value.settings.theme)")
  await expect.poll(theme).toBe('dark')

  await page.getByTestId('go-settings').click()
  await expect(page.getByTestId('settings-theme').getByRole('radio', { name: 'Dark' })).toBeChecked()
  await find('systm')
  await page.keyboard.press('Enter')
  // What is shown of the settings follows.
  await expect(page.getByTestId('settings-theme').getByRole('radio', { name: 'System' })).toBeChecked()

  const name = (await page.locator('.runs .name').first().textContent()) ?? ''
  await find(name)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('run-page')).toBeVisible()
  await find('shortcuts')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText('Ctrl K')
  await page.keyboard.press('Escape')

  // With the demo imported the tour begins with training.
  await find('tour')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog').getByTestId('tour')).toHaveAttribute('data-step', 'train')
  await page.keyboard.press('Escape')
  await page.getByTestId('tour-end').click()
  await expect(page.getByTestId('tour')).toHaveCount(0)

  await find('no such thing')
  await expect(palette.getByRole('status')).toHaveText('Nothing matches “no such thing”.')
  await page.keyboard.press('Escape')
})

for (const theme of ['light', 'dark'] as const) {
  test(`every page can be read and reached, ${theme}`, async () => {
    const { page } = running
    await page.emulateMedia({ colorScheme: theme })
    for (const view of [
      'library',
      'storage',
      'dataset',
      'run',
      'gallery',
      'interpolation',
      'queue',
      'settings',
    ]) {
      if (view === 'storage' || view === 'dataset') await page.getByTestId('go-library').click()
      if (view === 'dataset') await page.getByRole('button', { name: 'Open Demo faces' }).click()
      else await page.getByTestId(`go-${view}`).click()
      if (view === 'run') await openDetails(page)
      if (view === 'settings') await page.getByTestId('doctor-report').waitFor({ timeout: 60_000 })
      expect.soft(await complaints(page), view).toEqual([])
      if (view !== 'interpolation') continue
      // The kind that was chosen last is kept.
      await page.getByRole('radio', { name: 'Path' }).check()
      await page.getByLabel('Frames', { exact: true }).fill('3')
      await page.getByTestId('interpolate').click()
      await page.getByTestId('latent-scrubber').waitFor({ timeout: 120_000 })
      await page.getByTestId('latent-scrubber').fill('1')
      await page.getByTestId('save-animation').click()
      await page.getByTestId('save-start').waitFor()
      expect.soft(await complaints(page), 'path').toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('radio', { name: 'Grid' }).check()
      await page.getByTestId('latent-side').fill('3')
      await page.getByTestId('generate-grid').click()
      await page.getByTestId('latent-cell').first().waitFor({ timeout: 60_000 })
      expect.soft(await complaints(page), 'latent grid').toEqual([])
    }
  })
}

test('at a zoom of 200 % every control of a page lies within the width of the window', async () => {
  const { app, page } = running
  const zoom = (factor: number) =>
    app.evaluate(({ BrowserWindow }, by) => {
      BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(by)
    }, factor)
  await zoom(2)
  await expect.poll(() => page.evaluate('innerWidth')).toBeLessThan(720)
  const beyond = `[...document.querySelectorAll('main button, main input, main select')]
    .filter((each) => each.offsetParent && each.getBoundingClientRect().right > innerWidth + 1)
    .map((each) => each.outerHTML.slice(0, 120))`
  for (const view of ['library', 'dataset', 'run', 'gallery', 'interpolation', 'queue', 'settings']) {
    if (view === 'dataset') await page.getByRole('button', { name: 'Open Demo faces' }).click()
    else await page.getByTestId(`go-${view}`).click()
    await page.locator('main .page-head, main h1').first().waitFor()
    expect.soft(await page.evaluate(beyond), view).toEqual([])
  }
  await zoom(1)
})

test('the keyboard goes everywhere', async () => {
  const { page } = running
  await page.locator('body').click({ position: { x: 4, y: 4 } })
  await page.keyboard.press('Control+3')
  await expect(page.getByTestId('sample-grid')).toBeVisible()
  await page.keyboard.press('ArrowLeft')
  await expect(page.getByTestId('sample-grid')).toHaveAttribute('data-step', '10')
  await page.keyboard.press('l')
  await expect(page.getByRole('radio', { name: 'Path' })).toBeVisible()
  await page.keyboard.press('Control+2')
  await expect(page.getByTestId('run-page')).toBeVisible()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
})

test('the language of the window and the menu changes without a restart, and is kept', async () => {
  const { app, page } = running
  const fileMenu = () => app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items[0]?.label)
  const choose = (name: string) => page.getByTestId('settings-language').getByRole('radio', { name }).check()
  await page.getByTestId('go-settings').click()
  await choose('Deutsch')
  await expect(page.getByTestId('go-library')).toContainText('Bibliothek')
  await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  await expect.poll(fileMenu).toBe('Datei')
  expect.soft(await complaints(page), 'settings in German').toEqual([])

  await page.reload()
  await expect(page.getByTestId('go-library')).toContainText('Bibliothek')
  await page.getByTestId('go-settings').click()
  await choose('English')
  await expect(page.getByTestId('go-library')).toContainText('Library')
  await expect.poll(fileMenu).toBe('File')
})
