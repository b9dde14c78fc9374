import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { demoImages, launchApp } from '../helpers/app.ts'
import type { RunningApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { expectStatus, importImages, plain, startRun } from './steps.ts'
import { test } from './test.ts'

const data = temporaryFolder('weights')
let running: RunningApp

test.beforeAll(async () => {
  running = await launchApp({ dataDirectory: data.path })
  await importImages(running.page, [demoImages])
  await startRun(running.page, { ...plain, steps: '60', emaKind: 'power' })
  await expectStatus(running.page, 'finished')
})
test.afterAll(async () => {
  await running.quit()
  data.remove()
})

test('the model of a finished run is exported where the user says; nothing where no folder is named', async () => {
  const { app, page } = running
  const folder = join(data.path, 'exported')
  const answer = (filePath: string | null) =>
    app.evaluate(({ dialog }, path) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: path === null, filePath: path ?? '' })
    }, filePath)
  await page.getByTestId('next-export').click()
  await answer(null)
  await page.getByTestId('export-confirm').click()
  await expect(page.getByTestId('export-confirm')).toBeEnabled()

  await answer(folder)
  await page.getByTestId('export-count').fill('3')
  await page.getByTestId('export-steps').fill('5')
  await page.getByTestId('export-confirm').click()
  await expect(page.getByText(`Saved as ${folder}`)).toBeVisible({ timeout: 60_000 })
  await expect(page.getByTestId('export')).toBeHidden()
  expect(readdirSync(folder).sort()).toEqual(['README.txt', 'config.json', 'saved_model.pb'])
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object
  expect(config).toMatchObject({ step: 60, count: 3, sampling: { steps: 5 } })

  // Notices lie over the details.
  await page.getByRole('button', { name: 'Dismiss' }).first().click()
  // A folder is never written over.
  await page.getByTestId('next-export').click()
  await page.getByTestId('export-confirm').click()
  await expect(page.getByTestId('export')).toContainText(folder)
  await page.keyboard.press('Escape')
  expect(existsSync(join(folder, 'saved_model.pb'))).toBe(true)
})

test('an export is cancelled where a folder is chosen and while it is made: the dialog says so, and nothing is left of it', async () => {
  test.skip(process.platform === 'win32', 'a process is held by a signal')
  const { app, page } = running
  const [kept, folder] = [join(data.path, 'kept'), join(data.path, 'cancelled')]
  mkdirSync(folder)
  const dialog = page.getByTestId('export')
  const cancelled = dialog.getByText('The export was cancelled; nothing was written.')
  const cancel = async () => {
    await expect(dialog.getByRole('progressbar')).toBeVisible()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
  }
  /** The system's dialog answers when it is told to. */
  const choose = await app.evaluateHandle(({ dialog: system }) => {
    const [asked, answers] = [
      [] as ((answer: { canceled: boolean; filePath: string }) => void)[],
      [] as string[],
    ]
    const settle = () => {
      while (asked.length > 0 && answers.length > 0)
        asked.shift()?.({ canceled: false, filePath: answers.shift() ?? '' })
    }
    system.showSaveDialog = () => {
      const answer = new Promise<{ canceled: boolean; filePath: string }>((resolve) => asked.push(resolve))
      settle()
      return answer
    }
    return (filePath: string) => {
      answers.push(filePath)
      settle()
    }
  })
  const chosen = (path: string) => choose.evaluate((answer, filePath) => answer(filePath), path)

  await page.getByTestId('next-export').click()
  await page.getByTestId('export-confirm').click()
  await cancel()
  await chosen(join(folder, 'model'))
  await expect(cancelled).toBeVisible()
  expect(readdirSync(folder)).toEqual([])

  // Whoever exports after all is not told of that any more.
  await page.getByTestId('export-confirm').click()
  await expect(cancelled).toBeHidden()
  await chosen(kept)
  await expect(page.getByText(`Saved as ${kept}`)).toBeVisible({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Dismiss' }).first().click()

  const engine = await app.evaluate(
    ({ app: electron }) => electron.getAppMetrics().find(({ name }) => name === 'Flowerbed engine')?.pid,
  )
  process.kill(engine ?? NaN, 'SIGSTOP')
  try {
    await page.getByTestId('next-export').click()
    await page.getByTestId('export-confirm').click()
    await chosen(join(folder, 'model'))
    await cancel()
    // Answered after what was asked before it: both wait for the engine now.
    await page.evaluate("window.api.request('app.info')")
  } finally {
    process.kill(engine ?? NaN, 'SIGCONT')
  }
  await expect(cancelled).toBeVisible({ timeout: 60_000 })
  await expect(page.getByTestId('export-confirm')).toBeEnabled()
  expect(readdirSync(folder)).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByTestId('next-export').click()
  await expect(cancelled).toBeHidden()
  await page.keyboard.press('Escape')
})

test('another average is chosen for a checkpoint; an evaluation says which it judged; choosing by samples is cancelled', async () => {
  const { page } = running
  await page.getByTestId('checkpoints').locator('summary').click()
  await page.getByTestId('average-of-60').click()
  const dialog = page.getByTestId('average')
  await dialog.getByRole('radio', { name: 'One width' }).check()
  await page.getByTestId('average-width').fill('0.15')
  await page.getByTestId('average-confirm').click()
  await expect(page.getByTestId('average-result')).toContainText(
    'The checkpoint of step 60 now samples with the average of width 0.150',
    { timeout: 60_000 },
  )

  await dialog.getByRole('radio', { name: 'Choose by samples' }).check()
  await page.getByTestId('average-confirm').click()
  await expect(dialog.getByRole('progressbar')).toBeVisible()
  await expect(page.getByTestId('average-confirm')).toBeDisabled()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByTestId('average-confirm')).toBeEnabled({ timeout: 60_000 })
  await expect(page.getByTestId('average-result')).toBeHidden()
  await expect(dialog.getByRole('alert')).toHaveCount(0)
  await dialog.getByRole('button', { name: 'Cancel', exact: true }).click()
  await expect(page.getByTestId('checkpoint-60')).toContainText('average of width 0.150')

  const evaluation = page.getByTestId('evaluation')
  await evaluation.locator('summary').click()
  await evaluation.getByRole('button', { name: 'Evaluate' }).click()
  await expect(page.getByTestId('evaluated-width')).toHaveText('Sampled with the average of width 0.150.', {
    timeout: 120_000,
  })
})
