import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect } from '@playwright/test'
import type { Locator } from 'playwright-core'
import { demoImages, dropPaths, launchApp } from '../helpers/app.ts'
import type { RunningApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { expectStatus, importImages, quick, startRun } from './steps.ts'
import { test } from './test.ts'

let running: RunningApp
const data = temporaryFolder('gallery')

test.beforeAll(async () => {
  running = await launchApp({ dataDirectory: data.path })
  const { page } = running
  await importImages(page, [demoImages])
  await startRun(page, {
    ...quick.settings,
    ...{ steps: '20', sampleEvery: '10', checkpointEvery: '10', warmup: '0' },
  })
  await expectStatus(page, 'finished')
  await page.getByTestId('go-gallery').click()
})
test.afterAll(async () => {
  await running.quit()
  data.remove()
})

const sheetsOf = async (rows: Locator) =>
  await Promise.all((await rows.all()).map((row) => row.getAttribute('data-sheet')))

async function complaints(): Promise<string[]> {
  const { page } = running
  await page.waitForTimeout(400)
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
}

test('the step beside the slider is the step of the samples that are seen', async () => {
  const { page } = running
  const [slider, grid, said] = ['gallery-slider', 'sample-grid', 'gallery-step'].map((id) =>
    page.getByTestId(id),
  )
  // Previews at 0, 1, 2, 4 and 8, then grids at 10 and 20.
  await slider!.fill('5')
  await expect(grid!).toHaveAttribute('data-step', '10')
  await expect(said!).toHaveText('Step 10')
  await page.getByTestId('evaluations').fill('4')
  await page.getByTestId('generate').click()
  await expect(said!).toHaveText('On request · step 20', { timeout: 60_000 })
  await expect(grid!).toHaveAttribute('data-step', '20')
  await expect(page.getByText('4 steps · 4 evaluations').first()).toBeVisible()
  await slider!.fill('0')
  await expect(said!).toHaveText('Step 0')
})

test('a sample’s trajectory from noise is recorded, scrubbed and played', async () => {
  const { page } = running
  await page.getByTestId('gallery-slider').fill('6')
  const tiles = page.getByTestId('sample-grid').getByRole('button')
  await expect(tiles.nth(1)).toHaveAccessibleName(/at step 20$/)
  await tiles.nth(1).click()
  await page.getByTestId('show-trajectory').click()
  const view = page.getByTestId('trajectory')
  // The grid's ten solver steps, and the noise before them.
  await expect(view).toHaveAttribute('data-states', '11', { timeout: 60_000 })
  await expect(view).toContainText('t = 0.000')
  await page.getByTestId('trajectory-scrubber').fill('0')
  await expect(view).toContainText('t = 1.000')
  await page.getByTestId('trajectory-play').click()
  await expect(view).toContainText('t = 0.000')
  await page.getByTestId('trajectory-steps').selectOption('16')
  await expect(view).toHaveAttribute('data-states', '17')
  await running.app.evaluate(
    ({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
    },
    join(data.path, 'trajectory.webp'),
  )
  await page.getByTestId('save-animation').click()
  await page.getByRole('radio', { name: 'Both' }).check()
  await page.getByRole('radio', { name: 'WebP' }).check()
  await expect(page.getByTestId('save-status')).toContainText('17 frames')
  await page.getByTestId('save-start').click()
  await expect(page.getByTestId('save-status')).toContainText('Saved trajectory.webp', { timeout: 60_000 })
  // Both side by side, four times as large; the size stands in the file's VP8X chunk.
  const webp = readFileSync(join(data.path, 'trajectory.webp'))
  expect([webp.readUIntLE(24, 3) + 1, webp.readUIntLE(27, 3) + 1]).toEqual([2 * 4 * 16, 4 * 16])
  await page.keyboard.press('Escape')
  expect(await complaints()).toEqual([])
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
})

test('samples are starred, hidden and collected, and stay so', async () => {
  const { page } = running
  await page.getByTestId('gallery-slider').fill('6')
  const tiles = page.getByTestId('sample-grid').getByRole('button')
  // Tiles of the step before take no keys once they are replaced.
  await expect(tiles.nth(0)).toHaveAccessibleName(/at step 20$/)
  await expect(async () => {
    await tiles.nth(0).focus()
    await expect(tiles.nth(0)).toBeFocused({ timeout: 500 })
  }).toPass()
  await tiles.nth(0).press('s')
  await expect(tiles.nth(0)).toHaveAccessibleName(/starred/)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('h')
  await expect(tiles.nth(1)).toHaveAccessibleName(/hidden/)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Collections' }).click()
  await page.getByTestId('collections').fill('odd, faces')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toContainText('odd, faces')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await page.getByRole('radio', { name: 'All samples' }).check()
  const list = page.getByTestId('all-samples').getByRole('button')
  await page.getByRole('radio', { name: 'Starred' }).check()
  await expect(list).toHaveCount(1)
  // Its menu is that of the sample under the pointer, which the line above the list names.
  await list.first().click({ button: 'right' })
  await expect(page.getByTestId('all-details')).toHaveText(/^Step 20 · seed 1 · /)
  await page.getByRole('menuitem', { name: 'Remove the star' }).click()
  await expect(list).toHaveCount(0)
  await page.getByRole('radio', { name: 'Hidden' }).check()
  await expect(list).toHaveCount(1)
  await expect(page.getByRole('combobox', { name: 'Collection' })).toContainText('odd')
  expect(await complaints()).toEqual([])
})

test('numbers of evaluations are compared at the same seeds, zoomed and wiped', async () => {
  const { page } = running
  await page.getByRole('radio', { name: 'Compare' }).check()
  await page.getByTestId('compare-counts').fill('2, 4, 8')
  await page.getByTestId('compare').click()
  const rows = page.getByTestId('comparison').getByRole('listitem')
  await expect(rows).toHaveCount(3, { timeout: 120_000 })
  await expect(rows.nth(0)).toContainText('2 evaluations')
  expect(await complaints()).toEqual([])
  const before = await sheetsOf(rows)
  // What is known is not sampled again.
  await page.getByTestId('compare').click()
  await expect(rows).toHaveCount(3)
  expect(await sheetsOf(rows)).toEqual(before)

  await rows.nth(0).getByRole('button').first().click()
  const panes = page.getByRole('dialog').locator('[data-zoom]')
  await panes.nth(0).focus()
  await page.keyboard.press('+')
  for (const i of [0, 1, 2]) await expect(panes.nth(i)).toHaveAttribute('data-zoom', '1.25')
  await page.getByRole('radio', { name: 'Wipe' }).check()
  await page.getByTestId('wipe').fill('25')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
})

test('a saved sample, dropped on the window, says where it is from and is sampled again bit for bit', async () => {
  const { app, page } = running
  const file = join(data.path, 'saved sample.png')
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, file)
  const rows = page.getByTestId('comparison').getByRole('listitem')
  await rows.nth(1).getByRole('button').nth(2).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Save PNG…' }).click()
  await expect.poll(() => existsSync(file)).toBe(true)
  await dropPaths(page, [file])
  const dialog = page.getByRole('dialog', { name: 'A sample of Flowerbed' })
  await expect(dialog).toContainText('seed 1 · DPM-Solver++ (2M), 4 steps · 4 evaluations')
  await dialog.getByTestId('sample-again').click()
  await expect(dialog.getByTestId('origin-verdict')).toHaveText('Identical, value by value.', {
    timeout: 60_000,
  })
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
})

test('a sample is copied, and dragged out as a file', async () => {
  const { app, page } = running
  const tile = page.getByTestId('comparison').getByRole('button').first()
  await tile.click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Copy image' }).click()
  await expect(page.getByText('Copied to the clipboard.')).toBeVisible()

  await app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    window!.webContents.startDrag = (item) => {
      Object.assign(globalThis, { dragged: item.file })
    }
  })
  await tile.dispatchEvent('dragstart')
  const dragged = () => app.evaluate(() => (globalThis as { dragged?: string }).dragged ?? '')
  await expect.poll(dragged).toMatch(/step 20 seed 1 image 1\.png$/)
  expect(existsSync(await dragged())).toBe(true)
})
