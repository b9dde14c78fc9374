import { expect, test } from '@playwright/test'
import type { Page } from 'playwright-core'
import { demoImages, launchApp } from '../helpers/app.ts'
import type { RunningApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { complaints } from './complaints.ts'
import { expectStatus, importImages, quick, startRun } from './steps.ts'

let running: RunningApp
const data = temporaryFolder('looks')

test.beforeAll(async () => {
  running = await launchApp({ dataDirectory: data.path })
  const { page } = running
  await importImages(page, [demoImages])
  await startRun(page, { ...quick.settings, steps: '20', sampleEvery: '10' })
  await expectStatus(page, 'finished')
})
test.afterAll(async () => {
  await running.quit()
  data.remove()
})

/** What is folded away has to be readable too. */
async function openDetails(page: Page): Promise<void> {
  const closed = page.locator('details:not([open]) > summary')
  while ((await closed.count()) > 0) await closed.first().click()
}

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
      if (view === 'dataset') await page.getByRole('button', { name: 'Open images' }).click()
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
