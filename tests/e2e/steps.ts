import { expect } from '@playwright/test'
import type { ElectronApplication, Page } from 'playwright-core'
import { dropPaths } from '../helpers/app.ts'

/** Small enough for a test to train in seconds: the real networks, narrow, on small images. */
export const quick = {
  size: '16x16',
  settings: {
    hidden: '16',
    batch: '8',
    steps: '200',
    sampleEvery: '50',
    sampleCount: '4',
    checkpointEvery: '50',
    sampleSteps: '10',
  },
}

/** Drops paths on the window, takes what import suggests at a size, and ends where the run is set up. */
export async function importImages(page: Page, paths: string[], size = quick.size): Promise<void> {
  await dropPaths(page, paths)
  await page.getByTestId('import-submit').waitFor()
  await page.getByTestId('import-size').selectOption(size)
  await page.getByTestId('import-submit').click()
  await page.getByTestId('start-training').waitFor()
}

/** Fills in settings by key and starts; resolves when the run is training. */
export async function startRun(page: Page, settings: Record<string, string> = quick.settings): Promise<void> {
  await page.getByText('Advanced').click()
  for (const [key, value] of Object.entries(settings)) await page.getByTestId(`setting-${key}`).fill(value)
  await page.getByTestId('start-training').click()
  await expectStatus(page, 'training')
}

export async function expectStatus(page: Page, status: string, timeout = 120_000): Promise<void> {
  await expect(page.getByTestId('run-page')).toHaveAttribute('data-status', status, { timeout })
}

export async function stepOf(page: Page): Promise<number> {
  return Number(await page.getByTestId('run-page').getAttribute('data-step'))
}

/** Process id of the engine, as Electron counts its own processes. */
export async function engineProcess(app: ElectronApplication): Promise<number | undefined> {
  return await app.evaluate(
    ({ app: electron }) => electron.getAppMetrics().find(({ name }) => name === 'Flowerbed engine')?.pid,
  )
}
