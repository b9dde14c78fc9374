import { expect } from '@playwright/test'
import { demoImages, launchApp } from '../helpers/app.ts'
import type { RunningApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { expectStatus, importImages, quick, startRun } from './steps.ts'
import { test } from './test.ts'

const data = temporaryFolder('evaluation')
let running: RunningApp

test.beforeAll(async () => {
  running = await launchApp({ dataDirectory: data.path })
  await importImages(running.page, [demoImages])
  await startRun(running.page, { ...quick.settings, steps: '20', sampleEvery: '20' })
  await expectStatus(running.page, 'finished')
})
test.afterAll(async () => {
  await running.quit()
  data.remove()
})

test('a run is evaluated on its page, can be cancelled, and keeps the result', async () => {
  test.setTimeout(600_000)
  const { page } = running
  const section = page.getByTestId('evaluation')
  await section.getByText('Evaluation', { exact: true }).click()
  await section.getByRole('button', { name: 'Evaluate' }).click()
  await expect(section.getByRole('progressbar')).toBeVisible()
  await section.getByRole('button', { name: 'Cancel' }).click()
  await expect(section.getByRole('button', { name: 'Evaluate' })).toBeVisible({ timeout: 60_000 })
  await expect(section.getByRole('alert')).toHaveCount(0)
  await expect(section).not.toHaveAttribute('data-step', '20')

  await section.getByRole('checkbox', { name: 'Few network evaluations' }).check()
  await section.getByRole('button', { name: 'Evaluate' }).click()
  await expect(section).toHaveAttribute('data-step', '20', { timeout: 500_000 })
  const distance = section.locator('[data-measure="kernelDistance"]')
  await expect(distance).toContainText(/\d ± \d.*real images: −?\d.* ± \d/)
  await expect(distance).toContainText('It is not FID.')
  await expect(section).toContainText('Kernel distance by network evaluations')
  await expect(section.locator('[data-measure="straightness"]')).toContainText(/\d ± \d.*Liu et al/)
  await expect(section.locator('[data-measure="evenness"]')).toHaveCount(0)

  await page.getByTestId('go-library').click()
  await page.getByTestId('go-run').click()
  await expect(page.getByTestId('evaluation')).toHaveAttribute('data-step', '20')
})

test('the gallery shows the training image that is nearest to a sample', async () => {
  const { page } = running
  await page.getByTestId('go-gallery').click()
  await page.getByTestId('sample-grid').getByRole('button').first().click()
  await page.getByRole('button', { name: 'Show the nearest training image' }).click()
  const nearest = page.getByTestId('nearest-image')
  await expect(nearest).toHaveAttribute('data-index', /^\d+$/, { timeout: 60_000 })
  await expect(nearest.getByRole('img', { name: 'Nearest training image' })).toBeVisible()
  await expect(nearest).toContainText(/differs least, pixel by pixel: \d+\.\d %/)
  await page.keyboard.press('ArrowRight')
  await expect(nearest.getByRole('img')).toBeVisible()
})
