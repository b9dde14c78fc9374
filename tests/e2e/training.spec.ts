import { readdirSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { openDatabase } from '../../src-main/database/driver.ts'
import { demoImages, launchApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { engineProcess, expectStatus, importImages, plain, startRun, stepOf } from './steps.ts'
import { test } from './test.ts'

test('pause frees the engine, resume continues, train longer moves the goal, stop writes a checkpoint, delete leaves nothing', async () => {
  const data = temporaryFolder('training')
  const { app, page, quit } = await launchApp({ dataDirectory: data.path })
  await importImages(page, [demoImages])
  await startRun(page, { ...plain, steps: '100000' })
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(20)

  await page.getByTestId('pause').click()
  await expectStatus(page, 'paused')
  const paused = await stepOf(page)
  await expect.poll(() => engineProcess(app)).toBeUndefined()

  // The space bar resumes from the same step.
  await page.getByTestId('run-sentence').click()
  await page.keyboard.press('Space')
  await expectStatus(page, 'training')
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(paused)

  await page.getByTestId('extend').click()
  await page.getByTestId('extend-steps').fill('500')
  await page.getByTestId('extend-confirm').click()
  await expect(page.getByText('of 100,500').first()).toBeVisible()

  // What is being typed stays while the run trains.
  const note = page.getByRole('textbox', { name: 'Note' })
  await note.pressSequentially('Half of a sent')
  const written = await stepOf(page)
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(written)
  await note.pressSequentially('ence')
  await expect(note).toHaveValue('Half of a sentence')

  // A reloaded window finds the run as it is, still training.
  await page.reload()
  await page.getByTestId('go-run').click()
  await expectStatus(page, 'training')

  await page.getByTestId('stop').click()
  await page.getByTestId('stop-and-save').click()
  await expectStatus(page, 'stopped')

  await page.getByTestId('checkpoints').getByText('checkpoints,').click()
  await page
    .getByRole('button', { name: /^Pin the checkpoint/ })
    .first()
    .click()
  await expect(page.getByRole('button', { name: /^Unpin the checkpoint/ })).toHaveAttribute(
    'aria-pressed',
    'true',
  )
  await page.getByTestId('go-settings').click()
  await expect(page.getByTestId('device-statement')).toHaveText(/Trains and generates on .+: \S/)
  await expect(page.getByTestId('disk-use')).toHaveText(/Runs use [\d.]+ [kM]B, images [\d.]+ [kM]B\./)

  await page.getByTestId('go-library').click()
  await page.getByRole('button', { name: 'Delete images' }).click()
  await page.getByTestId('confirm-delete').click()
  await expect(page.getByTestId('history')).toBeHidden()
  await quit()
  data.remove()
})

test('when the engine is killed the app reports it and resumes from the latest checkpoint', async () => {
  const data = temporaryFolder('crash')
  const { app, page, quit } = await launchApp({ dataDirectory: data.path })
  await importImages(page, [demoImages])
  await startRun(page, { ...plain, steps: '100000', checkpointEvery: '20' })
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(40)

  const pid = await engineProcess(app)
  expect(pid).toBeDefined()
  process.kill(pid ?? 0, 'SIGKILL')
  await expect(page.getByText('The engine ended unexpectedly while “images” was training.')).toBeVisible()
  const before = await stepOf(page)
  await expect.poll(() => engineProcess(app), { timeout: 30_000 }).not.toBe(pid)
  await expectStatus(page, 'training')
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(before)

  await page.getByTestId('pause').click()
  await expectStatus(page, 'paused')
  await quit()
  data.remove()
})

test('training resumes from the checkpoint before a damaged one, and from any that is chosen', async () => {
  const data = temporaryFolder('damaged')
  const { page, quit } = await launchApp({ dataDirectory: data.path })
  await importImages(page, [demoImages])
  await startRun(page, {
    ...plain,
    ...{ steps: '60', checkpointEvery: '20', checkpointKeep: '1000' },
  })
  await expectStatus(page, 'finished')
  const [run = ''] = readdirSync(join(data.path, 'runs'))
  const folder = join(data.path, 'runs', run, 'checkpoints')
  const newest =
    readdirSync(folder)
      .filter((name) => name.endsWith('.safetensors'))
      .sort()
      .at(-1) ?? ''
  expect(newest).toContain('60')
  truncateSync(join(folder, newest), 1000)

  await page.getByTestId('extend').click()
  await page.getByTestId('extend-steps').fill('100000')
  await page.getByTestId('extend-confirm').click()
  await expect(
    page.getByText(/The checkpoint of step 60 cannot be read: .* from the one of step 40/),
  ).toBeVisible()
  await expectStatus(page, 'training')
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(45)
  await page.getByTestId('pause').click()
  await expectStatus(page, 'paused')

  // Notices lie over the details.
  await page.getByRole('button', { name: 'Dismiss' }).first().click()
  await page.getByTestId('checkpoints').getByText('checkpoints,').click()
  await page.getByTestId('resume-from-40').click()
  await page.getByTestId('resume-from-confirm').click()
  await expectStatus(page, 'training')
  await page.getByTestId('pause').click()
  await expectStatus(page, 'paused')
  await quit()
  const database = openDatabase(join(data.path, 'flowerbed.sqlite'))
  const events = database
    .prepare("SELECT kind, step FROM run_events WHERE kind NOT IN ('started', 'paused', 'ended') ORDER BY id")
    .all()
  expect(events).toEqual([
    { kind: 'checkpoint-damaged', step: 60 },
    { kind: 'resumed', step: 40 },
    { kind: 'settings', step: 40 },
    { kind: 'resumed', step: 40 },
  ])
  database.close()
  data.remove()
})

test('an app that is ended by a signal writes a checkpoint of the run that trains; one that has just opened ends too', async () => {
  const data = temporaryFolder('signal')
  const idle = await launchApp({ dataDirectory: data.path })
  const idleEnded = idle.app.waitForEvent('close')
  idle.app.process().kill('SIGTERM')
  await idleEnded

  const { app, page } = await launchApp({ dataDirectory: data.path })
  await importImages(page, [demoImages])
  // No checkpoint before the last step, unless the signal makes one.
  await startRun(page, { ...plain, steps: '100000', checkpointEvery: '100000' })
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(20)
  const trained = await stepOf(page)
  const ended = app.waitForEvent('close')
  app.process().kill('SIGTERM')
  await ended

  const again = await launchApp({ dataDirectory: data.path })
  await again.page.getByTestId('go-library').click()
  await again.page.getByTestId('history').getByText('images').first().click()
  await expectStatus(again.page, 'paused')
  expect(await stepOf(again.page)).toBeGreaterThanOrEqual(trained)
  await again.quit()
  data.remove()
})
