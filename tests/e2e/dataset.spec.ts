import { expect } from '@playwright/test'
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../../src-main/database/store.ts'
import { demoImages, dropPaths, launchApp } from '../helpers/app.ts'
import type { RunningApp } from '../helpers/app.ts'
import { packedDataset } from '../helpers/dataset.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { expectStatus, fillSettings, importDataset, plain } from './steps.ts'
import { test } from './test.ts'

const folder = temporaryFolder('dataset')
const images = join(folder.path, 'faces')
const demo = readdirSync(demoImages).map((name) => join(demoImages, name))
let running: RunningApp

test.beforeAll(async () => {
  for (const [label, first] of Object.entries({ cats: 0, dogs: 12 })) {
    mkdirSync(join(images, label), { recursive: true })
    for (const [i, path] of demo.slice(first, first + 12 + first / 2).entries())
      copyFileSync(path, join(images, label, `${i}.png`))
  }
  copyFileSync(demo[0] ?? '', join(images, 'dogs', 'copy.png'))
  writeFileSync(join(images, 'broken.png'), 'This is no image.')
  running = await launchApp({
    dataDirectory: join(folder.path, 'data'),
    size: { width: 1280, height: 800 },
  })
  await importDataset(running.page, [images])
})
test.afterAll(async () => {
  await running.quit()
  folder.remove()
})

test('the page of a dataset counts labels and sizes, and shows files that cannot be used in their folder', async () => {
  const { app, page } = running
  const sheet = page.getByTestId('contact-sheet')
  await expect(sheet).toHaveAttribute('data-count', '31')
  await expect(page.getByTestId('size-histogram')).toContainText('64 – 95')
  await page.getByTestId('label-counts').getByRole('button', { name: /dogs/ }).click()
  await expect(sheet).toHaveAttribute('data-count', '19')
  await page.getByTestId('show-all').click()

  await app.evaluate(({ shell }) => {
    shell.showItemInFolder = (path) => void Object.assign(globalThis, { revealed: path })
  })
  const revealed = () => app.evaluate(() => (globalThis as unknown as { revealed?: string }).revealed)
  await page.getByText('1 file cannot be used').click()
  await page.getByRole('button', { name: 'Show broken.png in its folder' }).click()
  await expect.poll(revealed).toBe(join(images, 'broken.png'))
  await page.getByRole('option', { name: 'Image 1', exact: true }).dblclick()
  const dialog = page.getByRole('dialog', { name: 'Image 1 of 31' })
  await expect(dialog).toContainText('64 × 64 in the file')
  await expect(dialog).toContainText(join('cats', '0.png'))
  await dialog.getByRole('button', { name: 'Show in folder' }).click()
  await expect.poll(revealed).toBe(join(images, 'cats', '0.png'))
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('dialog', { name: 'Image 2 of 31' })).toBeVisible()
  await page.keyboard.press('Escape')
})

test('images are excluded by hand and by keyboard; a new run leaves them out, and the exclusion stays', async () => {
  const { page } = running
  const root = page.getByTestId('dataset-page')
  const tile = (number: number) => page.getByRole('option', { name: new RegExp(`^Image ${number}(,|$)`) })
  await tile(3).click()
  await tile(5).click({ modifiers: ['Shift'] })
  await page.getByTestId('exclude').click()
  await expect(root).toHaveAttribute('data-excluded', '3')
  // They are still selected.
  await expect(page.getByTestId('include')).toBeVisible()
  await tile(5).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('x')
  await expect(root).toHaveAttribute('data-excluded', '4')
  await expect(page.getByRole('option', { name: 'Image 6, excluded' })).toBeFocused()
  await page.getByTestId('show-excluded').click()
  await expect(page.getByTestId('contact-sheet')).toHaveAttribute('data-count', '4')
  await tile(4).click()
  await page.getByTestId('include').click()
  await expect(root).toHaveAttribute('data-excluded', '3')

  await page.getByTestId('train-dataset').click()
  await page.getByTestId('start-training').waitFor()
  await fillSettings(page, { ...plain, steps: '4' })
  await page.getByTestId('start-training').click()
  await expectStatus(page, 'finished')
  await expect(page.getByTestId('run-sentence')).toContainText('28 images')

  await page.getByTestId('go-library').click()
  await page.getByRole('button', { name: 'Open faces' }).click()
  await expect(page.getByText('28 of 31 images')).toBeVisible()
})

test('near duplicates are found, shown, and all but one of each group excluded', async () => {
  const { page } = running
  await page.getByTestId('find-duplicates').click()
  await expect(page.getByTestId('near-duplicates')).toContainText('1 group, 2 images')
  await page.getByTestId('show-duplicates').click()
  await expect(page.getByTestId('contact-sheet')).toHaveAttribute('data-count', '2')
  await page.getByTestId('exclude-duplicates').click()
  await expect(page.getByTestId('dataset-page')).toHaveAttribute('data-excluded', '4')
  await page.getByTestId('find-duplicates').click()
  const found = page.getByTestId('near-duplicates').getByText('No two images are nearly identical.')
  await expect(found).toBeVisible()
  // It is still there after a visit to another page.
  await page.getByTestId('go-library').click()
  await page.getByRole('button', { name: 'Open faces' }).click()
  await expect(found).toBeVisible()
})

test('a folder dropped again is known; what changed in it is shown and imported, and its run keeps its images', async () => {
  const { page } = running
  copyFileSync(demo[40] ?? '', join(images, 'cats', 'new.png'))
  rmSync(join(images, 'dogs', '1.png'))
  await dropPaths(page, [images])
  await expect(page.getByRole('dialog', { name: '“faces” was imported from here' })).toBeVisible()
  await page.getByTestId('rescan-known').click()
  await expect(page.getByTestId('rescan-summary')).toHaveText('30 images are as they were.')
  await page.getByTestId('rescan-added').getByText('1 file added').click()
  await expect(page.getByTestId('rescan-added')).toContainText(join('cats', 'new.png'))
  await expect(page.getByTestId('rescan-removed')).toContainText('1 file removed')
  await page.getByTestId('import-difference').click()
  await expect(page.getByTestId('rescan-done')).toHaveText('It has 31 images now.')
  await page.getByTestId('close-rescan').click()
  // Those that were excluded are so still, of the same files.
  await expect(page.getByTestId('dataset-page')).toHaveAttribute('data-excluded', '4')
  await page.getByTestId('rescan').click()
  await expect(page.getByTestId('rescan-summary')).toHaveText('Nothing has changed since the import.')
  await page.keyboard.press('Escape')

  await page.getByTestId('go-library').click()
  await expect(page.getByRole('button', { name: 'Open faces' })).toHaveCount(1)
  await page.getByTestId('go-storage').click()
  await page.getByRole('button', { name: 'faces, earlier version', exact: true }).click()
  await expect(page.getByTestId('contact-sheet')).toHaveAttribute('data-count', '31')
  await page.getByTestId('open-current').click()
  await expect(page.getByTestId('open-current')).toBeHidden()
  await page.getByTestId('go-run').click()
  await expect(page.getByTestId('run-sentence')).toContainText('28 images')
})

test('a contact sheet of 100,000 images has only those in view on the page, and goes to the last one at once', async () => {
  const data = temporaryFolder('many-images')
  const [count, shape] = [100_000, { height: 8, width: 8, channels: 1 as const }]
  const directory = packedDataset(join(data.path, 'datasets', 'many'), {
    ...{ count, shape },
    pixel: (image) => image % 256,
  })
  const store = openStore(data.path)
  store.datasets.save({
    ...{ id: 'many', name: 'Many', directory, shape, count, labels: [], sources: ['/many'], problemCount: 0 },
    ...{ bytes: 6_400_000, createdAt: 1 },
  })
  store.close()
  const { page, quit } = await launchApp({ dataDirectory: data.path })
  await page.getByRole('button', { name: 'Open Many' }).click()
  await page.getByRole('option', { name: 'Image 1', exact: true }).click()
  await page.keyboard.press('End')
  const last = page.getByRole('option', { name: 'Image 100000', exact: true })
  await expect(last).toBeFocused()
  // Image 99,999 is as bright as 99,999 modulo 256.
  const brightness = () =>
    last.locator('canvas').evaluate(
      (canvas) =>
        (
          canvas as unknown as {
            getContext: (kind: string) => { getImageData: (...at: number[]) => { data: number[] } }
          }
        )
          .getContext('2d')
          .getImageData(0, 0, 1, 1).data[0],
    )
  await expect.poll(brightness).toBe(99_999 % 256)
  expect(await page.getByRole('option').count()).toBeLessThan(500)
  await quit()
  data.remove()
})
