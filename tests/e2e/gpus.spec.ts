import { expect as expectSoon } from '@playwright/test'
import { join } from 'node:path'
import type { ElectronApplication, Page } from 'playwright-core'
import { openDatabase } from '../../src-main/database/driver.ts'
import { demoImages, launchApp } from '../helpers/app.ts'
import { fakeGpus } from '../helpers/fake-gpus.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { expectStatus, fillSettings, importImages, plain, saveAndQuit, startRun } from './steps.ts'
import { test } from './test.ts'

// Two engines beside each other take their time on a computer that is busy.
const patienceMs = 150_000
const expect = expectSoon.configure({ timeout: patienceMs })
const long = { ...plain, steps: '100000' }

/** Opens the sheet of another run on the images that are there. */
async function nameRun(page: Page, name: string): Promise<void> {
  await page.getByTestId('go-library').click()
  await page
    .getByRole('button', { name: /^Train/ })
    .first()
    .click()
  await page.getByTestId('run-name').fill(name)
}

/** What the queue page says of each run in training: its name and its device. */
async function live(page: Page): Promise<string[]> {
  const texts = await page.getByTestId('queue-live').allTextContents()
  return texts
    .map((text) => /^\s*(one|two|three).*(GPU \d)\s*$/s.exec(text)?.slice(1).join(' on ') ?? text)
    .sort()
}

const engines = (app: ElectronApplication) =>
  app.evaluate(
    ({ app: electron }) => electron.getAppMetrics().filter(({ name }) => name === 'Flowerbed engine').length,
  )

test.setTimeout(900_000)

test('with two GPUs two runs train side by side, and are paused, queued and resumed each for itself', async () => {
  const [data, cache] = [temporaryFolder('gpus'), temporaryFolder('gpus-cache')]
  const gpus = fakeGpus(cache.path)
  const first = await launchApp({ dataDirectory: data.path, ...gpus })
  const { page } = first
  page.setDefaultTimeout(patienceMs)
  await importImages(page, [demoImages])
  await page.getByTestId('run-name').fill('one')
  const devices = ['As in the settings', 'GPU 0: Test GPU A', 'GPU 1: Test GPU B', 'CPU']
  await expect(page.getByTestId('run-device').locator('option')).toHaveText(devices)
  await startRun(page, long)
  await nameRun(page, 'two')
  // On the other GPU, without a question.
  await startRun(page, long)
  expect(await engines(first.app)).toBe(2)
  await expect(page.getByTestId('training-status')).toHaveCount(2)

  // A third waits.
  await nameRun(page, 'three')
  await fillSettings(page, long)
  await page.getByTestId('start-training').click()
  await page.getByTestId('add-to-queue').click()
  await expect.poll(() => live(page)).toEqual(['one on GPU 0', 'two on GPU 1'])
  await expect(page.getByTestId('queued-run')).toHaveCount(1)

  // A pause of one holds what waits, and leaves the other alone.
  const row = page.locator('.live').filter({ hasText: 'one' })
  await row.getByTestId('queue-pause').click()
  await expect(page.getByTestId('queue-held')).toBeVisible()
  await expect.poll(() => live(page)).toEqual(['two on GPU 1'])
  await expect.poll(() => engines(first.app)).toBe(1)
  await page.getByRole('button', { name: 'Start the next run' }).click()
  await expect.poll(() => live(page)).toEqual(['three on GPU 0', 'two on GPU 1'])

  // Both GPUs are busy again: what was paused is asked about, and waits.
  await page.getByTestId('go-library').click()
  await page.getByTestId('history').getByRole('button', { name: /^one/ }).click()
  await expectStatus(page, 'paused')
  await page.getByTestId('resume').click()
  await page.getByTestId('add-to-queue').click()
  await page.getByTestId('go-queue').click()
  await expect(page.getByTestId('queued-run')).toHaveCount(1)
  await saveAndQuit(first.app)
  expect(runsIn(data.path)).toEqual([
    { name: 'one', status: 'queued', sees: 'Test GPU A' },
    { name: 'two', status: 'paused', sees: 'Test GPU B' },
    { name: 'three', status: 'paused', sees: 'Test GPU A' },
  ])

  const second = await launchApp({ dataDirectory: data.path, ...gpus })
  second.page.setDefaultTimeout(patienceMs)
  await second.page.getByTestId('go-queue').click()
  await expect.poll(() => live(second.page)).toHaveLength(2)
  await expect(second.page.getByTestId('queued-run')).toHaveAttribute('data-run', 'one')
  await saveAndQuit(second.app)
  expect(runsIn(data.path).map(({ status }) => status)).toEqual(['queued', 'paused', 'paused'])
  data.remove()
  cache.remove()
})

/** The runs, and which GPU TensorFlow saw but could not use. */
function runsIn(directory: string) {
  const database = openDatabase(join(directory, 'flowerbed.sqlite'))
  const rows = database.prepare('SELECT name, status, machine FROM runs ORDER BY created_at').all()
  database.close()
  return (rows as { name: string; status: string; machine: string }[]).map(({ name, status, machine }) => ({
    ...{ name, status },
    sees: /Test GPU \w/.exec(machine)?.[0],
  }))
}
