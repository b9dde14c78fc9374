import { expect } from '@playwright/test'
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Page } from 'playwright-core'
import { openDatabase } from '../../src-main/database/driver.ts'
import type { Database } from '../../src-main/database/driver.ts'
import { demoImages, launchApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { engineProcess, expectStatus, fillSettings, importImages, plain, startRun, stepOf } from './steps.ts'
import { test } from './test.ts'

const endless = { ...plain, steps: '100000', checkpointEvery: '100000' }

/** Does something to the history from outside, as another program would. */
function inHistory<T>(directory: string, task: (database: Database) => T): T {
  const database = openDatabase(join(directory, 'flowerbed.sqlite'))
  try {
    database.pragma('busy_timeout = 10000')
    database.pragma('foreign_keys = ON')
    return task(database)
  } finally {
    database.close()
  }
}
const changes = ['INSERT ON metrics', 'INSERT ON checkpoints', 'UPDATE ON runs', 'INSERT ON settings']
/** From now on every change is refused, as on a full disk. */
const fill = (directory: string) =>
  inHistory(directory, (database) =>
    changes.forEach((change, i) =>
      database.exec(
        `CREATE TRIGGER full${i} BEFORE ${change} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`,
      ),
    ),
  )
const makeRoom = (directory: string) =>
  inHistory(directory, (database) => changes.forEach((_, i) => database.exec(`DROP TRIGGER full${i}`)))
const metricsOf = (directory: string) =>
  inHistory(
    directory,
    (database) =>
      database.prepare('SELECT count(*) AS count, max(step) AS last FROM metrics').get() as {
        count: number
        last: number
      },
  )

async function train(page: Page, settings: Record<string, string> = endless): Promise<void> {
  await importImages(page, [demoImages])
  await startRun(page, settings)
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(10)
}
/** Sends a signal, to the app alone or to all its processes; resolves when the app has ended. */
async function endBy(
  app: ElectronApplication,
  signal: NodeJS.Signals,
  whom: 'app' | 'group' = 'app',
): Promise<void> {
  const ended = app.waitForEvent('close', { timeout: 100_000 })
  const pid = app.process().pid ?? 0
  process.kill(whom === 'app' ? pid : -pid, signal)
  await ended
}

test('a history that cannot be written pauses the run and loses nothing; a deleted run ends; the app lives', async () => {
  const data = temporaryFolder('full-history')
  const { app, page, quit } = await launchApp({ dataDirectory: data.path })
  await train(page)
  fill(data.path)
  await expect(page.getByText('The history of runs cannot be written')).toBeVisible()
  await expectStatus(page, 'paused')
  await page.getByTestId('resume').click()
  await expect(
    page.getByText('The history of runs cannot be written, so no run can be trained now.'),
  ).toBeVisible()

  makeRoom(data.path)
  await page.getByTestId('resume').click()
  await expectStatus(page, 'training')
  const resumed = await stepOf(page)
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(resumed)
  await page.getByTestId('pause').click()
  await expectStatus(page, 'paused')
  const { count, last } = metricsOf(data.path)
  expect(count).toBe(last)

  await page.getByTestId('resume').click()
  await expectStatus(page, 'training')
  inHistory(data.path, (database) => database.exec('DELETE FROM runs'))
  await expect(page.getByText('was deleted by another program')).toHaveCount(1)
  await expect(page.getByTestId('history')).toBeHidden()
  await page.getByTestId('go-library').click()
  await expect(page.getByRole('button', { name: 'Open images' })).toBeVisible()
  // What nobody catches does not stop the app either.
  await app.evaluate(() => {
    setTimeout(() => {
      throw new Error('nobody catches this')
    })
    void Promise.reject(new Error('nobody awaits this'))
  })
  await expect(page.getByText('nobody catches this')).toHaveCount(1)
  await expect(page.getByText('nobody awaits this')).toHaveCount(1)
  await quit()
  data.remove()
})

test('told to end while nothing can be written it ends, and its checkpoint is found again', async () => {
  const data = temporaryFolder('full-quit')
  const { app, page } = await launchApp({ dataDirectory: data.path })
  await train(page)
  const trained = await stepOf(page)
  fill(data.path)
  await endBy(app, 'SIGTERM')
  makeRoom(data.path)
  const again = await launchApp({ dataDirectory: data.path })
  await expect.poll(() => savedStep(data.path)).toBeGreaterThanOrEqual(trained)
  await again.page.getByTestId('go-library').click()
  await again.page.getByTestId('history').getByText('images').first().click()
  await again.page.getByTestId('resume').click()
  await expectStatus(again.page, 'training')
  await expect.poll(() => stepOf(again.page), { timeout: 60_000 }).toBeGreaterThan(trained)
  await endBy(again.app, 'SIGTERM')
  data.remove()
})

test('asked to quit while another program has the database locked it quits, and its checkpoint is found again', async () => {
  const data = temporaryFolder('locked-quit')
  const { app, page } = await launchApp({ dataDirectory: data.path })
  await train(page)
  const trained = await stepOf(page)
  const other = openDatabase(join(data.path, 'flowerbed.sqlite'))
  other.exec('BEGIN IMMEDIATE')
  await endBy(app, 'SIGTERM')
  other.exec('ROLLBACK')
  other.close()
  const again = await launchApp({ dataDirectory: data.path })
  await expect.poll(() => savedStep(data.path)).toBeGreaterThanOrEqual(trained)
  await again.quit()
  data.remove()
})

test('a signal ends the app while TensorFlow is loading, while a question is open, and when all processes get it', async () => {
  const data = temporaryFolder('signals')
  const starting = await launchApp({ dataDirectory: data.path })
  await importImages(starting.page, [demoImages])
  await fillSettings(starting.page, endless)
  await starting.page.getByTestId('start-training').click()
  // The images are imported first.
  await starting.page.getByTestId('run-page').waitFor()
  await expect.poll(() => engineProcess(starting.app), { timeout: 60_000 }).toBeDefined()
  await endBy(starting.app, 'SIGTERM')

  const asking = await launchApp({ dataDirectory: data.path })
  await asking.page.getByTestId('go-library').click()
  await asking.page.getByTestId('history').getByText('images').first().click()
  await asking.page.getByTestId('resume').click()
  await expectStatus(asking.page, 'training')
  await asking.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await endBy(asking.app, 'SIGHUP')
  expect(status(data.path)).toBe('paused')

  const group = await launchApp({ dataDirectory: data.path })
  await group.page.getByTestId('go-library').click()
  await group.page.getByTestId('history').getByText('images').first().click()
  await group.page.getByTestId('resume').click()
  await expectStatus(group.page, 'training')
  await endBy(group.app, 'SIGINT', 'group')
  expect(status(data.path)).toBe('paused')
  data.remove()
})

test('a disk that is really full pauses the run, keeps its checkpoints, and the run resumes when there is room', async () => {
  const data = temporaryFolder('full-disk')
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=80m', 'flowerbed', data.path]).status === 0
  test.skip(!mounted, 'a disk of its own needs the right to mount one')
  try {
    const { app, page, quit } = await launchApp({ dataDirectory: data.path })
    await train(page, { ...endless, checkpointEvery: '20' })
    await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(30)
    const filler = join(data.path, 'filler')
    // To the last byte: a full disk takes what is left in pieces.
    for (const size of [1 << 20, 1 << 12, 1]) {
      for (let full = false, part = 0; !full && part < 5000; part++) {
        try {
          writeFileSync(filler, Buffer.alloc(size), { flag: 'a' })
        } catch {
          full = true
        }
      }
    }
    await expect(page.getByTestId('run-page')).toHaveAttribute('data-status', /paused|failed/, {
      timeout: 60_000,
    })
    await expect(
      page
        .locator('.notices')
        .getByText(/full|free on the disk|cannot be written/i)
        .first(),
    ).toBeVisible()
    await expect(page.getByText('Something went wrong')).toHaveCount(0)

    rmSync(filler)
    await page.getByTestId('resume').click()
    await expectStatus(page, 'training')
    const resumed = await stepOf(page)
    await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(resumed + 20)
    await page.getByTestId('pause').click()
    await expectStatus(page, 'paused')
    const { count, last } = metricsOf(data.path)
    expect(count).toBe(last)
    expect(app.windows()).toHaveLength(1)
    await quit()
  } finally {
    spawnSync('umount', ['-l', data.path])
    data.remove()
  }
})

const savedStep = (directory: string) =>
  inHistory(
    directory,
    (database) =>
      (database.prepare('SELECT max(step) AS step FROM checkpoints').get() as { step: number | null }).step,
  )
const status = (directory: string) =>
  inHistory(
    directory,
    (database) => (database.prepare('SELECT status FROM runs').get() as { status: string }).status,
  )
