import { expect } from '@playwright/test'
import type { ElectronApplication, Page } from 'playwright-core'
import { settingFields } from '#shared/schemas/run-config.ts'
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
    precision: 'fp32',
  },
}
/** As a user's run, which times the precisions first: one test of a whole session is enough for that. */
const usual = { ...quick.settings, precision: 'auto' }
/** For tests to which network and samples are the same: it trains soonest. */
export const plain = { ...quick.settings, network: 'conv', sampleEvery: '0' }

/** Drops paths on the window and takes what import suggests at a size; ends on the sheet on which the run is set up. */
export async function importImages(page: Page, paths: string[], size = quick.size): Promise<void> {
  await dropPaths(page, paths)
  await page.getByTestId('import-size').selectOption(size)
}

/** Imports dropped paths without a run; ends on the page of the dataset. */
export async function importDataset(page: Page, paths: string[]): Promise<void> {
  await importImages(page, paths)
  await page.getByTestId('import-submit').click()
  await page.getByTestId('dataset-page').waitFor()
}

/** How long a run trains is shown in one unit at a time. */
const lengthUnits: Partial<Record<string, string>> = { minutes: 'Minutes', steps: 'Steps', epochs: 'Epochs' }
const chosen = new Set<string>(settingFields().flatMap(({ key, kind }) => (kind === 'choice' ? [key] : [])))

/** Fills in settings by key. */
export async function fillSettings(page: Page, settings: Record<string, string>): Promise<void> {
  await page.getByText('Advanced').click()
  for (const [key, value] of Object.entries(settings)) {
    const control = page.getByTestId(`setting-${key}`)
    const unit = lengthUnits[key]
    if (unit !== undefined) await page.getByRole('radio', { name: unit, exact: true }).check()
    if (chosen.has(key)) await control.selectOption(value)
    else await control.fill(value)
  }
}

/** Fills in settings and starts; resolves when the run is training. */
export async function startRun(page: Page, settings: Record<string, string> = usual): Promise<void> {
  await fillSettings(page, settings)
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

/** Quits as a user does who lets the run be saved. */
export async function saveAndQuit(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false })
  })
  const ended = app.waitForEvent('close')
  await app.evaluate(({ app: electronApp }) => {
    electronApp.quit()
  })
  await ended
}
