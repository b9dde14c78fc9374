import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { demoImages, launchApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { expectStatus, fillSettings, importImages, quick } from './steps.ts'
import { test } from './test.ts'

test('the run on the sheet is prepared, freed when the sheet is closed, and starts when it is prepared', async () => {
  const data = temporaryFolder('preparation')
  const { page, quit } = await launchApp({ dataDirectory: data.path })
  /** What main has said of prepared programs, oldest first. */
  const said = () =>
    readFileSync(join(data.path, 'logs/app.log'), 'utf8').match(
      /[1-9]\d* programs (are ready|that were ready)/g,
    ) ?? []

  await importImages(page, [demoImages])
  await fillSettings(page, { ...quick.settings, steps: '5' })
  await expect.poll(() => said().at(-1), { timeout: 120_000 }).toMatch(/are ready/)
  await page.getByTestId('cancel-run').click()
  await expect.poll(() => said().at(-1), { timeout: 60_000 }).toMatch(/that were ready/)

  const before = said().length
  await importImages(page, [demoImages])
  await fillSettings(page, { ...quick.settings, steps: '5' })
  await expect.poll(() => said().slice(before).at(-1), { timeout: 120_000 }).toMatch(/are ready/)
  await page.getByTestId('start-training').click()
  await expectStatus(page, 'finished')
  // The run has what was prepared: there was nothing to free when the sheet was left.
  expect(said().at(-1)).toMatch(/are ready/)
  await quit()
  data.remove()
})
