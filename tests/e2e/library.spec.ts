import { expect } from '@playwright/test'
import type { Page } from 'playwright-core'
import { openStore } from '../../src-main/database/store.ts'
import { RunService } from '../../src-main/runs/run-service.ts'
import { demoImages, dropPaths, launchApp } from '../helpers/app.ts'
import type { RunningApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { madeLibrary } from '../helpers/library-folder.ts'
import { test } from './test.ts'

const data = temporaryFolder('library')
let running: RunningApp

test.beforeAll(async () => {
  await madeLibrary(data.path, {
    folder: demoImages,
    runs: [
      { name: 'First', status: 'finished', tags: ['night'], loss: 0.5, step: 300 },
      {
        name: 'Second',
        status: 'paused',
        note: 'With a wider network',
        starred: true,
        loss: 0.25,
        step: 200,
      },
      { name: 'Third', status: 'failed', loss: 0.75, step: 0 },
    ],
  })
  running = await launchApp({ dataDirectory: data.path, size: { width: 1280, height: 800 } })
})
test.afterAll(async () => {
  await running.quit()
  data.remove()
})

/** The names of the runs on screen, from top to bottom. */
const names = (page: Page) => page.getByTestId('history').locator('tbody .label').allTextContents()

test('runs have heads, numbers with units and covers; columns are chosen and sorted by', async () => {
  const { page } = running
  const table = page.getByRole('table', { name: 'Runs' })
  await expect(table.getByRole('columnheader', { name: 'Training time' })).toBeVisible()
  const first = table.getByRole('row').filter({ hasText: 'First' })
  await expect(first).toContainText('30 %')
  await expect(first).toContainText(/\d+ kB/)
  // The sheet of the latest samples.
  await expect(first.locator('.cover .image').first()).toHaveAttribute('style', /step-300\.png/)

  await page.getByTestId('sort-loss').click()
  expect(await names(page)).toEqual(['Second', 'First', 'Third'])
  await page.getByTestId('sort-loss').click()
  expect(await names(page)).toEqual(['Third', 'First', 'Second'])

  await page.getByTestId('choose-columns').click()
  await page.getByRole('menuitemcheckbox', { name: 'Dataset' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Steps' }).click()
  await page.keyboard.press('Escape')
  await expect(table.getByRole('columnheader', { name: 'Dataset' })).toBeVisible()
  await expect(table.getByRole('columnheader', { name: 'Steps' })).toBeHidden()
})

test('the filter keeps what matches in words, tag, state and stars, and stays with columns and order after a restart', async () => {
  const { page } = running
  const find = page.getByTestId('library-search')
  await find.fill('wid')
  await expect.poll(() => names(page)).toEqual(['Second'])
  await expect(page.getByText('No datasets match the filter.')).toBeVisible()
  await page.getByTestId('clear-filter').click()
  await expect.poll(() => names(page)).toHaveLength(3)
  await page.getByLabel('Tag', { exact: true }).selectOption('night')
  await expect.poll(() => names(page)).toEqual(['First'])
  await page.getByLabel('Tag', { exact: true }).selectOption('')
  await page.getByLabel('State of runs').selectOption('failed')
  await expect.poll(() => names(page)).toEqual(['Third'])
  await page.getByLabel('State of runs').selectOption('')
  await page.getByRole('button', { name: 'Star images' }).click()
  await page.getByRole('button', { name: 'Show starred only' }).click()
  await expect.poll(() => names(page)).toEqual(['Second'])
  await expect(page.getByRole('button', { name: 'Open images' })).toBeVisible()
  // Stored a moment after the last change.
  await page.waitForTimeout(1000)
  await running.quit()

  running = await launchApp({ dataDirectory: data.path, size: { width: 1280, height: 800 } })
  const again = running.page
  await expect.poll(() => names(again)).toEqual(['Second'])
  await expect(again.getByRole('columnheader', { name: 'Dataset' })).toBeVisible()
  await expect(again.getByRole('columnheader', { name: 'Loss' })).toHaveAttribute('aria-sort', 'descending')
  await again.getByTestId('clear-filter').click()
  await expect.poll(() => names(again)).toHaveLength(3)
})

test('a cancelled import is not among the recent folders, one that was made is', async () => {
  const { page } = running
  await dropPaths(page, [demoImages])
  // It is the dataset of the runs.
  await page.getByTestId('import-anyway').click()
  await page.getByTestId('import-submit').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await page.getByTestId('go-run').click()
  await page.getByTestId('go-library').click()
  await expect(page.getByRole('combobox', { name: 'Recent folders' })).toBeHidden()
  await dropPaths(page, [demoImages])
  await page.getByTestId('import-anyway').click()
  await page.getByTestId('import-submit').click()
  await page.getByTestId('dataset-page').waitFor()
  await page.getByTestId('go-library').click()
  await expect(page.getByRole('combobox', { name: 'Recent folders' })).toContainText('images')
})

test('of hundreds of runs only those in view are on the page, and the last one is reached', async () => {
  const { page } = running
  addRuns(400)
  await page.reload()
  await page.getByTestId('go-library').click()
  const table = page.getByRole('table', { name: 'Runs' })
  await expect(table).toHaveAttribute('aria-rowcount', '404')
  const rows = table.locator('tbody tr.list-row')
  await expect.poll(() => rows.count()).toBeGreaterThan(5)
  expect(await rows.count()).toBeLessThan(60)

  await page.evaluate("document.querySelector('[data-testid=library-scroll]').scrollTo(0, 1e6)")
  await expect(rows.last()).toHaveAttribute('aria-rowindex', '404')
  await expect(rows.last()).toBeInViewport()
  expect(await rows.count()).toBeLessThan(60)
  // The next row is there for the keyboard before it is in view.
  await rows.last().locator('.name').focus()
  // At most as many controls as a row has, for 15 rows.
  for (let times = 0; times < 75; times++) {
    await page.keyboard.press('Shift+Tab')
    if ((await focusedRow(page)) === 389) break
  }
  expect(await focusedRow(page)).toBe(389)
})

/** The number of the row that has the focus; NaN for none. */
const focusedRow = async (page: Page) =>
  Number(await page.evaluate('document.activeElement.closest("tr")?.ariaRowIndex'))

/** Adds runs that were not begun, as the command line does while the app runs. */
function addRuns(count: number): void {
  const store = openStore(data.path)
  const runService = new RunService(store)
  const datasetId = store.datasets.list()[0]!.id
  for (let number = 1; number <= count; number++) {
    runService.create({
      datasetId,
      preset: 'pixel-posterior',
      changes: {},
      device: 'cpu',
      name: `Run ${number}`,
    })
  }
  runService.dispose()
  store.close()
}
