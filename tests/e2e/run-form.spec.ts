import { expect } from '@playwright/test'
import { settingFields } from '#shared/schemas/run-config.ts'
import { demoImages, launchApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { expectStatus, importImages, quick, startRun } from './steps.ts'
import { test } from './test.ts'

test('every setting is within reach, says what it does, and says what is wrong beside its field', async () => {
  const data = temporaryFolder('form')
  const { page, quit } = await launchApp({ dataDirectory: data.path })
  await importImages(page, [demoImages])
  await page.getByText('Advanced').click()
  // How long it trains is one control; its own test is below.
  const fields = settingFields().filter(({ key }) => !['steps', 'epochs', 'minutes'].includes(key))
  for (const { key, title, help, unit } of fields) {
    const control = page.getByTestId(`setting-${key}`)
    await control.scrollIntoViewIfNeeded()
    await expect(control).toBeVisible()
    await expect(control).toHaveAccessibleName(title)
    await expect(control).toHaveAccessibleDescription(new RegExp(help.slice(0, 30).replace(/[().]/g, '.')))
    if (unit !== undefined) await expect(page.locator('.row', { has: control })).toContainText(unit)
  }

  const numbers = fields.filter(({ max }) => max !== undefined)
  expect(numbers.length).toBeGreaterThan(15)
  for (const { key, max = NaN } of numbers) {
    const control = page.getByTestId(`setting-${key}`)
    await control.fill(String(max + 1))
    await expect(control).toHaveAttribute('aria-invalid', 'true')
    await expect(control).toHaveAccessibleDescription(new RegExp(`must be at most ${max}`))
  }
  // What is wrong is counted where it starts, and both the count and the button lead there.
  const count = page.getByRole('button', { name: `${numbers.length} settings to correct` })
  // The basic ones stand first.
  const first = numbers.find(({ basic }) => basic)
  for (const leads of [count, page.getByTestId('start-training')]) {
    await leads.focus()
    await leads.press('Enter')
    await expect(page.getByTestId(`setting-${first?.key}`)).toBeFocused()
  }
  for (const { title } of numbers) await page.getByRole('button', { name: `Reset ${title} to` }).click()
  await expect(page.getByTestId('settings-changed')).toHaveText('All settings as in the preset')
  await expect(page.getByTestId('start-training')).toHaveAttribute('aria-disabled', 'false')
  await quit()
  data.remove()
})

test('how long a run trains is one choice, its name is asked, and a later run starts from its settings', async () => {
  const data = temporaryFolder('length')
  const { page, quit } = await launchApp({ dataDirectory: data.path })
  await importImages(page, [demoImages])
  // The images are shown as they are imported, before they are.
  const preview = page.getByTestId('import-previews').locator('canvas').first()
  await expect(preview).toHaveAttribute('width', quick.size.split('x')[0] ?? '')
  const unit = (name: string) => page.getByRole('radio', { name, exact: true })
  await expect(unit('Minutes')).toBeChecked()
  await expect(page.getByTestId('setting-minutes')).toHaveValue('20')
  // Before any run on this computer, by its measured speed; the field shows the width that is chosen by it.
  const length = /About 20 min of training, [\d,]+ steps, estimated from the measured speed of this computer/
  await expect(page.getByTestId('expected-length')).toHaveText(length, { timeout: 60_000 })
  const automatic = page.getByTestId('automatic-settings')
  await expect(automatic).toContainText('Base channels')
  const width = /Base channels (\d+)/.exec((await automatic.textContent()) ?? '')?.[1] ?? ''
  await expect(page.getByTestId('setting-hidden')).toHaveValue(width)
  await page.getByTestId('setting-minutes').fill('0')
  await expect(page.getByText('This must be more than 0.')).toBeVisible()
  await page.getByTestId('setting-minutes').fill('0.3')
  await page.getByTestId('run-name').fill('Small faces')
  await startRun(page, { hidden: '16', batch: '8', sampleCount: '4', sampleSteps: '10' })
  await expect(page.getByTestId('sample-grid')).toBeVisible()
  await expect(page.getByText(/step \d+ of about [\d,]+/).first()).toBeVisible({ timeout: 60_000 })
  await expectStatus(page, 'finished')
  await expect(page.getByRole('textbox', { name: 'Name of the run' })).toHaveValue('Small faces')

  await page.getByTestId('go-library').click()
  await page
    .getByRole('button', { name: /^Train/ })
    .first()
    .click()
  await expect(page.getByTestId('setting-minutes')).toHaveValue('0.3')
  await expect(page.getByText('Settings of the last run, “Small faces”')).toBeVisible()
  await expect(page.getByTestId('expected-length')).toHaveText(/About 18 s of training, [\d,]+ steps/)
  await page.getByTestId('reset-settings').click()
  await expect(unit('Minutes')).toBeChecked()
  await expect(page.getByTestId('settings-changed')).toHaveText('All settings as in the preset')
  await page.getByTestId('cancel-run').click()
  await expect(page.getByTestId('start-training')).toBeHidden()
  await quit()
  data.remove()
})
