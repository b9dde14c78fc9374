import { expect } from '@playwright/test'
import type { Locator } from 'playwright-core'
import { demoImages, launchApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { expectStatus, importImages, quick, startRun } from './steps.ts'
import { test } from './test.ts'

test('from a dropped folder to a gallery, an interpolation, and all of it again after a restart', async () => {
  const data = temporaryFolder('spine')
  const first = await launchApp({ dataDirectory: data.path })
  const { page } = first
  await expect(page.getByText('Drop a folder of images anywhere')).toBeVisible()

  await importImages(page, [demoImages])
  await startRun(page)
  await expectStatus(page, 'finished')

  const plot = page.getByTestId('run-curves')
  await expect(plot).toHaveAttribute('data-points', quick.settings.steps)
  const firstLoss = Number(await plot.getAttribute('data-first'))
  const lastLoss = Number(await plot.getAttribute('data-last'))
  expect(lastLoss).toBeLessThan(firstLoss / 2)

  const inside = page.getByTestId('diagnostics')
  await expect(inside).toHaveAttribute('data-step', quick.settings.steps)
  await inside.getByText('Diagnostics').click()
  await expect(inside.getByText('Active dimensions')).toBeVisible()
  await expect(inside.getByText('of 32 (')).toBeVisible()
  await page.getByRole('button', { name: 'More curves' }).click()
  await page.locator('[data-metric="velocityTime4"]').click()
  await expect(plot).toHaveAttribute('data-points', quick.settings.steps)

  await page.getByTestId('go-gallery').click()
  const slider = page.getByTestId('gallery-slider')
  await expect(slider).toHaveAttribute('max', '7')
  for (const [position, step] of [0, 8, 16, 32, 50, 100, 150, 200].entries()) {
    await slider.fill(String(position))
    const grid = page.getByTestId('sample-grid')
    await expect(grid).toHaveAttribute('data-step', String(step))
    await expect(grid.getByRole('button')).toHaveCount(Number(quick.settings.sampleCount))
    expect(await loads(grid.getByRole('button').first())).toBe(true)
  }
  await page.getByTestId('generate').click()
  await expect(page.getByText('Samples on request at')).toBeVisible({ timeout: 60_000 })

  await page.getByTestId('go-interpolation').click()
  await page.getByTestId('latent-slot-0').click()
  await page.getByRole('button', { name: 'Image 3', exact: true }).click()
  await page.getByTestId('latent-slot-1').click()
  await page.getByRole('button', { name: 'Image 9', exact: true }).click()
  await page.getByTestId('latent-add').click()
  await page.getByRole('button', { name: 'Image 5', exact: true }).click()
  await page.getByTestId('latent-slot-2').press('Alt+ArrowLeft')
  await expect(page.getByTestId('latent-slot-1')).toBeFocused()
  await page.getByLabel('Frames', { exact: true }).fill('9')
  await page.getByTestId('interpolate').click()
  const scrubber = page.getByTestId('latent-scrubber')
  await expect(scrubber).toHaveAttribute('max', '8', { timeout: 60_000 })
  await scrubber.fill('8')
  await expect(page.getByText('Image 3, reconstruction')).toBeVisible()
  await expect(page.getByTestId('latent-play')).toHaveAccessibleName('Play')

  await page.getByRole('radio', { name: 'Grid' }).check()
  await page.getByTestId('latent-remove').click()
  await page.getByTestId('latent-side').fill('4')
  await page.getByTestId('generate-grid').click()
  await expect(page.getByTestId('latent-cell')).toHaveCount(16, { timeout: 60_000 })
  await expect(page.getByText('Image 1, reconstruction')).toBeVisible()
  await page.getByTestId('latent-cell').first().press('ArrowDown')
  await expect(page.getByText('0 % across, 33 % down')).toBeVisible()
  await page.getByTestId('go-library').click()
  await page.getByTestId('go-interpolation').click()
  await expect(page.getByTestId('latent-cell')).toHaveCount(16)
  await page.getByRole('radio', { name: 'Path' }).check()
  await expect(scrubber).toHaveAttribute('max', '8')

  await first.quit()

  const second = await launchApp({ dataDirectory: data.path })
  await second.page.getByTestId('go-library').click()
  await second.page.getByTestId('history').getByText('images').first().click()
  await expectStatus(second.page, 'finished')
  const plotAgain = second.page.getByTestId('run-curves')
  await expect(plotAgain).toHaveAttribute('data-points', quick.settings.steps)
  expect(Number(await plotAgain.getAttribute('data-first'))).toBe(firstLoss)
  expect(Number(await plotAgain.getAttribute('data-last'))).toBe(lastLoss)
  await second.quit()
  data.remove()
})

/** Whether the sheet behind a tile is an image that the window may show. */
async function loads(tile: Locator): Promise<boolean> {
  const style = (await tile.getAttribute('style')) ?? ''
  const address = /url\("(.+?)"\)/.exec(style.replaceAll('&quot;', '"'))?.[1]
  return await tile.page().evaluate<boolean>(`(async () => {
    const image = new Image()
    image.src = ${JSON.stringify(address)}
    await image.decode()
    return image.naturalWidth > 0
  })()`)
}
