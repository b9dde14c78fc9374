import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import type { Page } from 'playwright-core'
import { demoImages, launchApp } from '../helpers/app.ts'
import type { RunningApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { madeLibrary } from '../helpers/library-folder.ts'
import { complaints } from './complaints.ts'
import { test } from './test.ts'

const data = temporaryFolder('plots')
let running: RunningApp
let ids: Record<string, string>
const id = (name: string) => ids[name] ?? ''

test.beforeAll(async () => {
  ids = await madeLibrary(data.path, {
    folder: demoImages,
    runs: [
      { name: 'Baseline', status: 'finished', curves: true },
      { name: 'Wider', status: 'finished', curves: true, loss: 0.4, changes: { hidden: 48 } },
      { name: 'Slower', status: 'paused', curves: true, step: 700, changes: { learningRate: 0.0003 } },
    ],
  })
  running = await launchApp({ dataDirectory: data.path, size: { width: 1280, height: 800 } })
})
test.afterAll(async () => {
  await running.quit()
  data.remove()
})

/** Has the user choose a path in the system's dialog, and waits for the message that the file is there. */
async function saved(name: string, save: () => Promise<void>): Promise<Buffer> {
  const path = join(data.path, name)
  await running.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, path)
  await save()
  await expect(running.page.getByText(`Saved as ${path}`)).toBeVisible()
  return readFileSync(path)
}
const exportAs = (page: Page, format: string) => async () => {
  await page.getByTestId('export-plot').first().click()
  await page.getByTestId(`menu-${format}`).click()
}

test('events are marked on the axis, and can be hidden', async () => {
  const { page } = running
  await page.getByTestId(`run-${id('Baseline')}`).click()
  const marks = page.getByTestId('event-mark')
  await expect(page.locator('[data-testid="event-mark"][data-kind="started"]')).toHaveCount(1)
  await page.locator('[data-testid="event-mark"][data-kind="paused"]').hover()
  const tip = page.getByTestId('event-tip')
  await expect(tip).toContainText('Step 500 Paused')
  await expect(tip).toContainText('Learning rate 0.001 → 0.0005')
  await page.getByTestId('show-events').uncheck()
  await expect(marks).toHaveCount(0)
  await page.getByTestId('show-events').check()
  await page.getByTestId('events').locator('summary').click()
  await expect(page.getByTestId('events').locator('tr[data-kind="resumed"]')).toContainText('500')
})

test('other runs of the dataset are laid over a run, and all plots have one crosshair', async () => {
  const { page } = running
  await page.getByTestId('overlay').click()
  await page.getByTestId(`check-${id('Wider')}`).click()
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('curve-names')).toContainText('Wider')
  await page.getByTestId('all-plots').check()
  const [loss, velocity] = [page.getByTestId('plot-loss'), page.getByTestId('plot-velocity')]
  await expect(velocity).toHaveAttribute('data-curves', '2')
  const last = await velocity.locator('b').first().innerText()
  const box = await loss.locator('.u-over').boundingBox()
  if (!box) throw new Error('The plot has no size.')
  await page.mouse.move(box.x + 0.1 * box.width, box.y + box.height / 2)
  await expect(velocity.locator('b').first()).not.toHaveText(last)
  await page.mouse.move(0, 0)
  await expect(velocity.locator('b').first()).toHaveText(last)
  // One range, too.
  const whole = await velocity.locator('[data-view]').getAttribute('data-view')
  await page.getByRole('group', { name: /^Loss/ }).press('+')
  const chart = velocity.locator('[data-view]')
  await expect(chart).not.toHaveAttribute('data-view', whole ?? '')
  const zoomed = await loss.locator('[data-view]').getAttribute('data-view')
  await expect(chart).toHaveAttribute('data-view', zoomed ?? '')
  await chart.press('0')
  await expect(loss.locator('[data-view]')).toHaveAttribute('data-view', whole ?? '')
  await page.getByTestId('all-plots').uncheck()
})

test('a plot is exported as it is shown', async () => {
  const { page } = running
  const svg = (await saved('loss.svg', exportAs(page, 'svg'))).toString()
  expect(svg).toContain('>Baseline</text>')
  expect(svg).toContain('>Wider</text>')
  const whole = (await saved('loss.csv', exportAs(page, 'csv'))).toString().split('\r\n')
  expect(whole[0]).toContain('smoothed 0.9')
  expect(whole).toHaveLength(2 * 200 + 2)
  await page.getByRole('group', { name: /^Loss/ }).press('+')
  await expect
    .poll(async () => (await saved('zoomed.csv', exportAs(page, 'csv'))).length)
    .toBeLessThan(18_000)
  const png = await saved('loss.png', exportAs(page, 'png'))
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2400, 1200])
})

test('picked runs are compared; a view is saved and opened again', async () => {
  const { page } = running
  await page.getByTestId('go-library').click()
  for (const name of ['Baseline', 'Wider', 'Slower']) await page.getByTestId(`pick-${id(name)}`).click()
  await page.getByTestId('compare-picked').click()
  const table = page.getByTestId('compare-table')
  await expect(table.locator('tbody tr')).toHaveCount(3)
  await expect(table.locator('.deviates')).toHaveText(['48', '0.0003'])
  await table.locator('[data-column="loss.loss"] button').click()
  await expect(table.locator('tbody th').first()).toContainText('Wider')
  await expect(page.getByTestId('plot-loss')).toHaveAttribute('data-curves', '3')
  await expect(page.getByTestId('compare-samples').locator('li')).toHaveCount(3)
  await page.getByTestId('only-differing').check()
  await expect(table.locator('[data-column="status"]')).toHaveCount(1)
  await page.getByTestId('saved-views').click()
  await page.getByTestId('view-name').fill('All three')
  await page.getByTestId('save-view').click()
  await expect(page.getByTestId('view-All three')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Remove “Slower” from the comparison' }).click()
  await expect(table.locator('tbody tr')).toHaveCount(2)
  await expect(table.locator('[data-column="status"]')).toHaveCount(0)
  await page.getByTestId('saved-views').click()
  await page.getByTestId('view-All three').click()
  await expect(table.locator('tbody tr')).toHaveCount(3)
})

test('the runs compared, their order and the columns are kept over a restart', async () => {
  const table = () => running.page.getByTestId('compare-table')
  await running.page.getByTestId('compare-columns').click()
  await running.page.getByTestId('check-status').click()
  await running.page.keyboard.press('Escape')
  await expect(table().locator('[data-column="status"]')).toHaveCount(0)
  const columns = await table().locator('thead th').allTextContents()
  await running.quit()
  running = await launchApp({ dataDirectory: data.path, size: { width: 1280, height: 800 } })
  await expect(table().locator('tbody tr')).toHaveCount(3)
  await expect(running.page.getByTestId('only-differing')).toBeChecked()
  await expect(table().locator('tbody th').first()).toContainText('Wider')
  expect(await table().locator('thead th').allTextContents()).toEqual(columns)
})

test('the comparison and all plots of a run can be read', async () => {
  const { page } = running
  await page.emulateMedia({ colorScheme: 'light' })
  expect(await complaints(page)).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.getByTestId('go-run').click()
  await page.getByTestId('all-plots').check()
  await page.getByTestId('plot-loss').getByTestId('chart-table').locator('summary').click()
  await expect(page.getByTestId('plot-loss').locator('tbody tr')).toHaveCount(12)
  expect(await complaints(page)).toEqual([])
  await page.getByTestId('all-plots').uncheck()
  await page.getByTestId('go-compare').click()
})

test('tables and reports are saved', async () => {
  const { page } = running
  const csv = await saved('table.csv', () => page.getByTestId('compare-csv').click())
  expect(csv.toString()).toContain('Wider,')
  const comparison = await saved('comparison.html', () => page.getByTestId('save-report').click())
  expect(comparison.toString()).toContain('Comparison of 3 runs')
  await page.getByTestId('go-run').click()
  const report = await saved('run.html', () => page.getByTestId('save-report').click())
  expect(report.toString()).toContain('data:image/png;base64,')
  expect(report.toString()).toContain('Learning rate 0.001 → 0.0005')
})
