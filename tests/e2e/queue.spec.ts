import AxeBuilder from '@axe-core/playwright'
import { expect } from '@playwright/test'
import type { Page } from 'playwright-core'
import { openDatabase } from '../../src-main/database/driver.ts'
import { join } from 'node:path'
import { demoImages, launchApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { expectStatus, fillSettings, importImages, plain, saveAndQuit, startRun, stepOf } from './steps.ts'
import { test } from './test.ts'

/** Sets up a run of 20 steps on the images that are there, and answers the question by its default. */
async function queueRun(page: Page, name: string): Promise<void> {
  await page.getByTestId('go-library').click()
  await page
    .getByRole('button', { name: /^Train/ })
    .first()
    .click()
  await page.getByTestId('run-name').fill(name)
  await fillSettings(page, { ...plain, steps: '20' })
  await page.getByTestId('start-training').click()
  await page.getByTestId('add-to-queue').click()
  await expect(page.getByTestId('queue-page')).toBeVisible()
}

async function queued(page: Page): Promise<(string | null)[]> {
  const rows = await page.getByTestId('queued-run').all()
  return await Promise.all(rows.map((row) => row.getAttribute('data-run')))
}

test('runs are queued behind the one in training, reordered, and trained in that order through a restart', async () => {
  const data = temporaryFolder('queue')
  const first = await launchApp({ dataDirectory: data.path })
  const { page } = first
  await importImages(page, [demoImages])
  // At a time, though nothing trains.
  await page.getByTestId('run-name').fill('later')
  await page.getByTestId('start-later').click()
  await page.getByTestId('later-apply').click()
  await expect(page.getByTestId('queue-start')).toHaveText(/not before/i)
  await page.getByRole('button', { name: 'Remove “later” from the queue' }).click()
  await page.getByTestId('go-library').click()
  await page
    .getByRole('button', { name: /^Train/ })
    .first()
    .click()
  await page.getByTestId('run-name').fill('long')
  await startRun(page, { ...plain, steps: '100000' })
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(5)

  await queueRun(page, 'second')
  await queueRun(page, 'third')
  await queueRun(page, 'fourth')
  await expect.poll(() => queued(page)).toEqual(['second', 'third', 'fourth'])
  await expect(page.getByTestId('queue-count')).toHaveText('3')

  // By keyboard, with the focus on what is moved, and by dragging.
  await page.getByRole('button', { name: 'Move “fourth”, number 3 of 3' }).focus()
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => queued(page)).toEqual(['second', 'fourth', 'third'])
  await expect(page.getByRole('button', { name: 'Move “fourth”, number 2 of 3' })).toBeFocused()
  const handle = page.getByRole('button', { name: /^Move “third”/ })
  await handle.dragTo(page.getByTestId('queued-run').first(), { targetPosition: { x: 30, y: 4 } })
  await expect.poll(() => queued(page)).toEqual(['third', 'second', 'fourth'])

  await page.getByRole('button', { name: 'When “second” starts' }).click()
  await page.getByTestId('start-when').getByRole('radio', { name: 'After a run' }).check()
  await page.waitForTimeout(400)
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  expect(
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`)),
  ).toEqual([])
  await page.getByTestId('start-after').selectOption({ label: 'third' })
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(page.getByText('starts after “third”')).toBeVisible()

  // One is removed, and is as it was.
  await page.getByRole('button', { name: 'Remove “fourth” from the queue' }).click()
  await expect.poll(() => queued(page)).toEqual(['third', 'second'])

  // A pause holds the queue.
  await page.getByTestId('queue-pause').click()
  await expect(page.getByTestId('queue-held')).toBeVisible()
  await page.getByTestId('go-library').click()
  await page.getByTestId('history').getByRole('button', { name: /^long/ }).click()
  await page.getByTestId('resume').click()
  await expectStatus(page, 'training')
  await saveAndQuit(first.app)

  const second = await launchApp({ dataDirectory: data.path })
  await expect(second.page.getByText('The queue goes on with “long”.')).toBeVisible()
  await second.page.getByTestId('go-queue').click()
  await expect(second.page.getByTestId('queue-live')).toContainText('long')
  expect(await queued(second.page)).toEqual(['third', 'second'])
  await second.page.getByTestId('queue-live').click()
  await expectStatus(second.page, 'training')
  await second.page.getByTestId('stop').click()
  await second.page.getByTestId('stop-and-save').click()
  await expectStatus(second.page, 'stopped')
  await second.page.getByTestId('go-queue').click()
  await expect(second.page.getByText('Nothing is queued')).toBeVisible({ timeout: 120_000 })
  await expect(second.page.getByTestId('queue-live')).toBeHidden({ timeout: 120_000 })
  await second.quit()

  const database = openDatabase(join(data.path, 'flowerbed.sqlite'))
  const runs = database
    .prepare("SELECT name, status, step FROM runs WHERE name <> 'later' ORDER BY updated_at")
    .all()
  database.close()
  expect(runs).toMatchObject([
    { name: 'fourth', status: 'waiting', step: 0 },
    { name: 'long', status: 'stopped' },
    { name: 'third', status: 'finished', step: 20 },
    { name: 'second', status: 'finished', step: 20 },
  ])
  data.remove()
})
