import { expect } from '@playwright/test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { demoImages, launchApp } from '../helpers/app.ts'
import type { RunningApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { madeLibrary } from '../helpers/library-folder.ts'
import { test } from './test.ts'

const data = temporaryFolder('storage')
let running: RunningApp
let ids: Record<string, string>

test.beforeAll(async () => {
  ids = await madeLibrary(data.path, {
    folder: demoImages,
    runs: [
      { name: 'Large', status: 'finished', step: 1000 },
      { name: 'Small', status: 'paused', step: 200 },
    ],
  })
  running = await launchApp({ dataDirectory: data.path, size: { width: 1280, height: 800 } })
  await running.page.getByTestId('go-storage').click()
})
test.afterAll(async () => {
  await running.quit()
  data.remove()
})

const folderOf = (name: string) => join(data.path, 'runs', ids[name] ?? '')
const undo = () => running.page.getByRole('button', { name: 'Undo' })

test('runs are listed by size and kind, and old checkpoints and samples are thinned out after a while', async () => {
  const { page } = running
  const table = page.getByTestId('run-storage')
  await expect(table.getByRole('row').nth(1)).toContainText(/Large.*2\.0 MB/)
  await page.getByRole('checkbox', { name: 'Select Large' }).check()
  await page.getByTestId('thin-out').click()
  await page.getByTestId('thin-keep').selectOption({ label: 'None' })
  await expect(page.getByTestId('thin-summary')).toHaveText(
    /^\d checkpoints and 9 sheets of samples are deleted, [\d.]+ MB\.$/,
  )
  await page.getByTestId('confirm-thin-out').click()
  await undo().click()
  await page.getByTestId('thin-out').click()
  await page.getByTestId('thin-keep').selectOption({ label: 'None' })
  await page.getByTestId('confirm-thin-out').click()
  await expect(undo()).toBeVisible()
  expect(readdirSync(join(folderOf('Large'), 'samples'))).toHaveLength(10)
  await expect(undo()).toBeHidden({ timeout: 20_000 })
  await expect.poll(() => readdirSync(join(folderOf('Large'), 'samples'))).toEqual(['step-1000.png'])
  await expect(table.getByRole('row').filter({ hasText: 'Large' })).not.toContainText('2.0 MB')
})

test('a run is deleted for good after ten seconds, or at once when the app quits, and undone before', async () => {
  const { page } = running
  const table = page.getByTestId('run-storage')
  await page.getByRole('checkbox', { name: 'Select Small' }).check()
  await page.getByRole('checkbox', { name: 'Select Large' }).uncheck()
  const deleteIt = async () => {
    await page.getByTestId('delete-runs').click()
    await page.getByTestId('confirm-delete-runs').click()
    await expect(table.getByText('Small')).toBeHidden()
  }
  await deleteIt()
  expect(existsSync(folderOf('Small'))).toBe(true)
  await undo().click()
  await expect(table.getByText('Small')).toBeVisible()
  await page.getByRole('checkbox', { name: 'Select Small' }).check()
  await deleteIt()
  await running.quit()
  expect(existsSync(folderOf('Small'))).toBe(false)

  // Where it was when it quit.
  running = await launchApp({ dataDirectory: data.path })
  await expect(running.page.getByTestId('run-storage').getByText('Large')).toBeVisible()
  await expect(running.page.getByTestId('run-storage').getByText('Small')).toBeHidden()
})
