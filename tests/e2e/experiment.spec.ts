import { expect } from '@playwright/test'
import type { Page } from 'playwright-core'
import { demoImages, launchApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { importImages } from './steps.ts'
import { test } from './test.ts'

const compared = ['ladder-1-vanilla', 'ladder-2-posterior', 'pixel-posterior']
const left = ['ladder-3-unet', 'ladder-4-prior', 'ladder-5-observation-noise', 'auto']

/** Sets up an experiment of three small systems on what was just imported, and starts it. */
async function startExperiment(page: Page, steps: string): Promise<void> {
  await page.getByTestId('compare-systems').click()
  for (const preset of left) await page.getByTestId(`compare-${preset}`).uncheck()
  await page.getByRole('radio', { name: 'Steps' }).check()
  await page.getByTestId('experiment-length').fill(steps)
  await expect(page.getByTestId('experiment-total')).toContainText('3 systems')
  await page.getByText('Settings of all systems').click()
  const settings = { hidden: '8', batch: '8', sampleCount: '4', sampleSteps: '4', checkpointEvery: '10' }
  for (const [key, value] of Object.entries(settings)) await page.getByTestId(`setting-${key}`).fill(value)
  await page.getByTestId('start-experiment').click()
}

async function ofRungs(page: Page, what: 'status' | 'preset'): Promise<(string | null)[]> {
  const rungs = await page.getByTestId('rung').all()
  return await Promise.all(rungs.map((rung) => rung.getAttribute(`data-${what}`)))
}
const statuses = (page: Page) => ofRungs(page, 'status')
const activity = (page: Page) => page.getByTestId('experiment-page').getAttribute('data-activity')

test('systems train one after the other, are compared side by side, and are still there after a restart', async () => {
  const data = temporaryFolder('experiment')
  const first = await launchApp({ dataDirectory: data.path })
  await importImages(first.page, [demoImages])
  await startExperiment(first.page, '100000')
  await expect.poll(() => statuses(first.page)).toEqual(['training', 'queued', 'queued'])
  await first.page.getByTestId('pause-experiment').click()
  await expect.poll(() => statuses(first.page)).toEqual(['paused', 'waiting', 'waiting'])
  expect(await activity(first.page)).toBe('none')
  await first.quit()

  // It waits as one entry, and resumes with the run that was paused. Then it is deleted with its runs.
  const second = await launchApp({ dataDirectory: data.path })
  const { page } = second
  // It opens where it was left.
  await expect(page.getByTestId('experiment-page')).toBeVisible()
  await page.getByTestId('go-library').click()
  await page.getByTestId('experiment-row').getByText('systems compared').click()
  await page.getByTestId('resume-experiment').click()
  await expect.poll(() => statuses(page)).toEqual(['training', 'queued', 'queued'])
  await page.getByTestId('stop-experiment').click()
  await expect(page.getByRole('dialog', { name: /^Stop “images, systems compared”/ })).toContainText(
    'Its other runs train when you resume it',
  )
  await page.getByTestId('stop-without-saving').click()
  await expect.poll(() => activity(page)).toBe('none')
  expect(await statuses(page)).toEqual(['stopped', 'waiting', 'waiting'])
  await page.getByTestId('go-library').click()
  const deleteIt = async () => {
    await page.getByRole('button', { name: /^Delete images, systems compared/ }).click()
    await page.getByTestId('confirm-delete-experiment').click()
    await expect(page.getByTestId('history')).toBeHidden()
  }
  await deleteIt()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByTestId('experiment-row')).toContainText('systems compared')
  await deleteIt()

  await page.getByRole('button', { name: 'Open images' }).click()
  await startExperiment(page, '20')
  await expect.poll(() => statuses(page), { timeout: 120_000 }).toEqual(['finished', 'finished', 'finished'])
  await expect.poll(() => activity(page), { timeout: 60_000 }).toBe('none')
  expect(await ofRungs(page, 'preset')).toEqual(compared)
  for (const rung of await page.getByTestId('rung').all()) {
    await expect(rung.getByTestId('sample-grid')).toHaveAttribute('data-step', '20')
  }
  await expect(page.getByTestId('experiment-curves')).toHaveAttribute('data-curves', '3')
  await expect(page.getByTestId('reconstruction')).toHaveAttribute('data-rows', '3')
  await expect(page.getByTestId('experiment-table').getByText(/^[\d.]+ %$/)).toHaveCount(3)
  await second.quit()

  const third = await launchApp({ dataDirectory: data.path })
  await third.page.getByTestId('go-library').click()
  await third.page.getByTestId('experiment-row').getByText('systems compared').click()
  await expect.poll(() => statuses(third.page)).toEqual(['finished', 'finished', 'finished'])
  await expect(third.page.getByTestId('experiment-curves')).toHaveAttribute('data-curves', '3')
  await expect(third.page.getByTestId('reconstruction')).toHaveAttribute('data-rows', '3')
  await third.quit()
  data.remove()
})
