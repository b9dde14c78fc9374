import { expect, test } from '@playwright/test'
import { settingFields } from '#shared/schemas/setting-fields.ts'
import { demoImages, launchApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { importImages } from './steps.ts'

test('every setting is within reach, says what it does, and says what is wrong beside its field', async () => {
  const data = temporaryFolder('form')
  const { page, quit } = await launchApp({ dataDirectory: data.path })
  await importImages(page, [demoImages])
  await page.getByText('Advanced').click()
  const fields = settingFields()
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
  const [first] = numbers
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
