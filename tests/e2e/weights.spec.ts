import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { demoImages, launchApp } from '../helpers/app.ts'
import type { RunningApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { expectStatus, importImages, plain, startRun } from './steps.ts'
import { test } from './test.ts'

const data = temporaryFolder('weights')
let running: RunningApp

test.beforeAll(async () => {
  running = await launchApp({ dataDirectory: data.path })
  await importImages(running.page, [demoImages])
  await startRun(running.page, { ...plain, steps: '60', emaKind: 'power' })
  await expectStatus(running.page, 'finished')
})
test.afterAll(async () => {
  await running.quit()
  data.remove()
})

test('the model of a finished run is exported where the user says; nothing where no folder is named', async () => {
  const { app, page } = running
  const folder = join(data.path, 'exported')
  const answer = (filePath: string | null) =>
    app.evaluate(({ dialog }, path) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: path === null, filePath: path ?? '' })
    }, filePath)
  await page.getByTestId('next-export').click()
  await answer(null)
  await page.getByTestId('export-confirm').click()
  await expect(page.getByTestId('export-confirm')).toBeEnabled()

  await answer(folder)
  await page.getByTestId('export-count').fill('3')
  await page.getByTestId('export-steps').fill('5')
  await page.getByTestId('export-confirm').click()
  await expect(page.getByText(`Saved as ${folder}`)).toBeVisible({ timeout: 60_000 })
  await expect(page.getByTestId('export')).toBeHidden()
  expect(readdirSync(folder).sort()).toEqual(['README.txt', 'config.json', 'saved_model.pb'])
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object
  expect(config).toMatchObject({ step: 60, count: 3, sampling: { steps: 5 } })

  // Notices lie over the details.
  await page.getByRole('button', { name: 'Dismiss' }).first().click()
  // A folder is never written over.
  await page.getByTestId('next-export').click()
  await page.getByTestId('export-confirm').click()
  await expect(page.getByTestId('export')).toContainText(folder)
  await page.keyboard.press('Escape')
  expect(existsSync(join(folder, 'saved_model.pb'))).toBe(true)
})

test('another average is chosen for a checkpoint; an evaluation says which it judged; choosing by samples is cancelled', async () => {
  const { page } = running
  await page.getByTestId('checkpoints').locator('summary').click()
  await page.getByTestId('average-of-60').click()
  const dialog = page.getByTestId('average')
  await dialog.getByRole('radio', { name: 'One width' }).check()
  await page.getByTestId('average-width').fill('0.15')
  await page.getByTestId('average-confirm').click()
  await expect(page.getByTestId('average-result')).toContainText(
    'The checkpoint of step 60 now samples with the average of width 0.150',
    { timeout: 60_000 },
  )

  await dialog.getByRole('radio', { name: 'Choose by samples' }).check()
  await page.getByTestId('average-confirm').click()
  await expect(dialog.getByRole('progressbar')).toBeVisible()
  await expect(page.getByTestId('average-confirm')).toBeDisabled()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByTestId('average-confirm')).toBeEnabled({ timeout: 60_000 })
  await expect(page.getByTestId('average-result')).toBeHidden()
  await expect(dialog.getByRole('alert')).toHaveCount(0)
  await dialog.getByRole('button', { name: 'Cancel', exact: true }).click()
  await expect(page.getByTestId('checkpoint-60')).toContainText('average of width 0.150')

  const evaluation = page.getByTestId('evaluation')
  await evaluation.locator('summary').click()
  await evaluation.getByRole('button', { name: 'Evaluate' }).click()
  await expect(page.getByTestId('evaluated-width')).toHaveText('Sampled with the average of width 0.150.', {
    timeout: 120_000,
  })
})
