import { expect } from '@playwright/test'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Locator, Page } from 'playwright-core'
import { demoImages, dropPaths, launchApp } from '../helpers/app.ts'
import type { RunningApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { readMp4 } from '../helpers/mp4.ts'
import { expectStatus, importImages, quick, startRun } from './steps.ts'
import { test } from './test.ts'

const data = temporaryFolder('history')
let running: RunningApp

test.beforeAll(async () => {
  running = await launchApp({ dataDirectory: data.path })
  await importImages(running.page, [demoImages])
  await startRun(running.page, { ...quick.settings, steps: '20', sampleEvery: '10', warmup: '0' })
  await expectStatus(running.page, 'finished')
})
test.afterAll(async () => {
  await running.quit()
  data.remove()
})

const centre = async (target: Locator) => {
  const box = await target.boundingBox()
  if (!box) throw new Error('It is not on screen.')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** Has the system's file manager noted instead of opened. */
async function noteOpened(app: ElectronApplication): Promise<() => Promise<string[]>> {
  await app.evaluate(({ shell }) => {
    const opened: string[] = []
    Object.assign(globalThis, { opened })
    shell.openPath = (path) => Promise.resolve(opened.push(path) > 0 ? '' : 'never')
  })
  return () => app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)
}

/** Has the user choose a path in the system's dialog. */
async function saveTo(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, path)
}

/** Has the file that is dragged out noted instead of dragged. */
async function noteDragged(app: ElectronApplication): Promise<() => Promise<string | undefined>> {
  await app.evaluate(({ BrowserWindow }) => {
    for (const { webContents } of BrowserWindow.getAllWindows())
      webContents.startDrag = ({ file }) => Object.assign(globalThis, { dragged: file })
  })
  return () => app.evaluate(() => (globalThis as unknown as { dragged?: string }).dragged)
}

test('an attribute is made of two groups of images, and its slider changes an image', async () => {
  const { page } = running
  await page.getByTestId('go-interpolation').click()
  await page.getByRole('radio', { name: 'Attributes' }).check()
  const moved = page.getByTestId('moved-image')
  await expect(moved).toHaveAttribute('data-steps', '10', { timeout: 120_000 })
  await page.getByTestId('attribute-new').click()
  const dialog = page.getByRole('dialog', { name: 'New attribute' })
  await dialog.getByTestId('attribute-name').fill('Old')
  for (const [side, image] of [
    ['add', 'Image 4'],
    ['subtract', 'Image 7'],
  ] as const) {
    await dialog.getByTestId(`attribute-add-${side}`).click()
    await dialog.getByRole('button', { name: image, exact: true }).click()
  }
  await dialog.getByTestId('attribute-create').click()
  await expect(dialog).toBeHidden({ timeout: 60_000 })
  const pixels = () =>
    page.evaluate<string>(`document.querySelector('[data-testid="moved-image"] canvas').toDataURL()`)
  const before = await pixels()
  await page.getByTestId('attribute-strength-Old').fill('2')
  await expect.poll(pixels).not.toBe(before)
  await expect(moved).toHaveAttribute('data-steps', '10', { timeout: 60_000 })
  await page.getByTestId('attribute-reset').click()
  await expect.poll(pixels).toBe(before)
  const attribute = page.getByTestId('attribute-Old')
  await page.getByRole('button', { name: 'Delete the attribute Old' }).click()
  await expect(attribute).toBeHidden()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(attribute).toBeVisible()
  await page.getByRole('radio', { name: 'Path' }).check()
})

test('a pinned pair is interpolated between with the weights of now, and unpinned', async () => {
  const { page } = running
  await page.getByRole('radio', { name: 'Pinned' }).check()
  await page.getByTestId('pin-pair').click()
  const strip = page.getByTestId('pinned-strip')
  await expect(strip.locator('[data-step="20"] canvas')).toHaveCount(7, { timeout: 60_000 })
  await page.getByTestId('unpin-pair').click()
  await expect(strip).toBeHidden()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(strip.locator('[data-step="20"] canvas')).toHaveCount(7)
  await page.getByTestId('unpin-pair').click()
  await expect(strip).toBeHidden()
  await page.getByRole('radio', { name: 'Path' }).check()
})

test('a sample is shown large, through the steps, and its folder opened', async () => {
  const { app, page } = running
  await page.getByTestId('go-gallery').click()
  await page.getByTestId('sample-grid').getByRole('button').first().click()
  await expect(page.getByRole('dialog', { name: 'Sample 1 of 4' })).toBeVisible()
  await page.keyboard.press('ArrowRight')
  const second = page.getByRole('dialog', { name: 'Sample 2 of 4' })
  await expect(second).toContainText('Step 20')
  await second.getByRole('button', { name: 'At step 10' }).click()
  await expect(second).toContainText('Step 10')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()

  const opened = await noteOpened(app)
  await page.getByRole('button', { name: 'Show folder' }).click()
  await expect.poll(opened).toHaveLength(1)
  const [folder = ''] = await opened()
  // Previews at 0, 1, 2, 4 and 8 steps, grids at 10 and 20.
  expect(readdirSync(folder).filter((name) => name.endsWith('.png'))).toHaveLength(7)
})

test('images dropped on keyframes are shown at once, interpolated between, saved, dragged out, and refused in words', async () => {
  const { page } = running
  await page.getByTestId('go-interpolation').click()
  const [from, to] = [page.getByTestId('latent-slot-0'), page.getByTestId('latent-slot-1')]
  const before = await image(from)
  const [, , third = '', , fifth = ''] = readdirSync(demoImages)
  await dropPaths(page, [join(demoImages, fifth)], await centre(from))
  await dropPaths(page, [join(demoImages, third)], await centre(to))
  await expect.poll(() => image(from)).not.toBe(before)
  // What is dropped there is not taken for an import.
  await expect(page.getByRole('dialog')).toBeHidden()
  await page.getByTestId('interpolate').click()
  await expect(page.getByTestId('latent-scrubber')).toHaveAttribute('max', '23', { timeout: 120_000 })

  await saveTo(running.app, join(data.path, 'path.gif'))
  await page.getByTestId('save-animation').click()
  await page.getByTestId('save-start').click()
  await expect(page.getByTestId('save-status')).toContainText('Saved path.gif', { timeout: 60_000 })
  expect(readFileSync(join(data.path, 'path.gif')).subarray(0, 6).toString()).toBe('GIF89a')
  await saveTo(running.app, join(data.path, 'path.mp4'))
  await page.getByRole('radio', { name: 'MP4' }).check()
  await page.getByTestId('save-start').click()
  await expect(page.getByTestId('save-status')).toContainText('Saved path.mp4', { timeout: 60_000 })
  expect(readMp4(readFileSync(join(data.path, 'path.mp4')))).toMatchObject({ codec: 'avc1', samples: 46 })
  await page.keyboard.press('Escape')

  await saveTo(running.app, join(data.path, 'frame'))
  await page.getByTestId('latent-large').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Save image…' }).click()
  // The ending that was not typed is added.
  await expect.poll(() => existsSync(join(data.path, 'frame.png'))).toBe(true)
  const dragged = await noteDragged(running.app)
  await page.getByTestId('latent-large').dispatchEvent('dragstart')
  await expect.poll(dragged).toMatch(/images frame \d+\.png$/)
  expect(existsSync((await dragged()) ?? '')).toBe(true)

  const text = join(data.path, 'notes.txt')
  writeFileSync(text, 'These are words.')
  await from.scrollIntoViewIfNeeded()
  await dropPaths(page, [text], await centre(from))
  const notice = page.getByRole('listitem').filter({ hasText: 'is not an image' })
  await expect(notice).toContainText(/notes\.txt/)
  await notice.getByRole('button', { name: 'Dismiss' }).click()
  await expect(notice).toBeHidden()
})

/** What a slot shows, as the canvas has it. */
const image = (slot: Locator) =>
  slot.locator('canvas').evaluate((canvas) => (canvas as unknown as { toDataURL: () => string }).toDataURL())

test('a run is named, described, starred, found again after a restart, and deleted with its files', async () => {
  const { page } = running
  await page.getByTestId('go-run').click()
  await describe(page)
  await running.quit()

  running = await launchApp({ dataDirectory: data.path })
  const again = running.page
  // It opens where it was left.
  await expect(again.getByTestId('run-page')).toBeVisible()
  await again.getByTestId('go-library').click()
  const history = again.getByTestId('history')
  await expect(history.getByText('First faces')).toBeVisible()
  const find = again.getByRole('searchbox', { name: 'Find datasets and runs' })
  await find.fill('nothing of the kind')
  await expect(history.getByText('No runs match the filter.')).toBeVisible()
  for (const words of ['narrow', 'trial', 'first']) {
    await find.fill(words)
    await expect(history.getByText('First faces')).toBeVisible()
  }
  await again.getByRole('button', { name: 'Show starred only' }).click()
  await history.getByText('First faces').click()
  await expect(again.getByRole('textbox', { name: 'Note' })).toHaveValue('A trial of the smallest network.')
  await expect(again.getByRole('textbox', { name: /^Tags/ })).toHaveValue('faces, narrow')

  await again.getByTestId('go-library').click()
  await again.getByRole('button', { name: 'Delete First faces' }).click()
  const question = again.getByRole('dialog', { name: 'Delete “First faces”?' })
  await expect(question).toContainText(/Checkpoints\s*[\d.]+ [kM]B/)
  await expect(again.getByTestId('confirm-delete')).toHaveText(/Delete [\d.]+ [kM]B/)
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(history.getByText('First faces')).toBeVisible()
  expect(readdirSync(join(data.path, 'runs'))).toHaveLength(1)

  await again.getByRole('button', { name: 'Delete First faces' }).click()
  await again.getByTestId('confirm-delete').click()
  await expect(again.getByTestId('history')).toBeHidden()
  // It can be undone for ten seconds.
  await expect.poll(() => readdirSync(join(data.path, 'runs'))).toEqual([])
})

async function describe(page: Page): Promise<void> {
  const name = page.getByRole('textbox', { name: 'Name of the run' })
  await name.fill('First faces')
  await name.press('Enter')
  await page.getByRole('button', { name: 'Star this run' }).click()
  await page.getByRole('textbox', { name: 'Note' }).fill('A trial of the smallest network.')
  const tags = page.getByRole('textbox', { name: /^Tags/ })
  await tags.fill('faces, narrow, faces')
  await tags.blur()
  await expect(tags).toHaveValue('faces, narrow')
}
