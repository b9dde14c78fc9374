import { expect } from '@playwright/test'
import { copyFileSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { demoImages, dragOver, dropPaths, launchApp } from '../helpers/app.ts'
import type { RunningApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { zipOf } from '../helpers/zip.ts'
import { importDataset } from './steps.ts'
import { test } from './test.ts'

let app: RunningApp
let folder: ReturnType<typeof temporaryFolder>
const demo = readdirSync(demoImages).map((name) => join(demoImages, name))

test.beforeEach(async () => {
  folder = temporaryFolder('import')
  app = await launchApp({ dataDirectory: join(folder.path, 'data') })
})
test.afterEach(async () => {
  await app.quit()
  folder.remove()
})

const make = (name: string): string => {
  const path = join(folder.path, name)
  mkdirSync(path)
  return path
}

test('20 good and 10 broken files: the good ones are counted, the broken ones listed with a reason', async () => {
  const mixed = make('mixed')
  demo.slice(0, 20).forEach((path, i) => copyFileSync(path, join(mixed, `good-${i}.png`)))
  for (let i = 0; i < 10; i++) {
    const [path = ''] = demo.slice(20 + i)
    writeFileSync(join(mixed, `broken-${i}.png`), readFileSync(path).subarray(0, 20 + 40 * i))
  }
  const { page } = app
  await dropPaths(page, [mixed])
  await expect(page.getByRole('heading', { name: '20 images' })).toBeVisible()
  const problems = page.getByTestId('problems')
  await expect(problems).toContainText('10 files cannot be used')
  await problems.getByText('10 files').click()
  await expect(problems).toContainText('broken-0.png')
  await page.getByTestId('import-submit').click()
  await expect(page.getByTestId('contact-sheet')).toHaveAttribute('data-count', '20')
})

test('an empty folder and a text file each get one clear message', async () => {
  const { page } = app
  await dropPaths(page, [make('empty')])
  await expect(page.getByRole('alert')).toContainText(/no images/i)
  await page.getByRole('button', { name: 'Close' }).click()

  const text = join(folder.path, 'notes.txt')
  writeFileSync(text, 'These are words.')
  await dropPaths(page, [text])
  await expect(page.getByRole('alert')).toBeVisible()
  await page.getByRole('button', { name: 'Close' }).click()
  await expect(page.getByText('Drop a folder of images anywhere')).toBeVisible()
})

test('an import that is cancelled half-way leaves nothing behind', async () => {
  const many = make('many')
  for (let copy = 0; copy < 20; copy++) {
    demo.forEach((path, i) => {
      const target = join(many, `${copy}-${i}.png`)
      // Copies of one file are hard links where the disk allows it.
      try {
        linkSync(path, target)
      } catch {
        copyFileSync(path, target)
      }
    })
  }
  const { page } = app
  await dropPaths(page, [many])
  await page.getByTestId('import-submit').waitFor({ timeout: 60_000 })
  await page.getByTestId('import-submit').click()
  await page.getByTestId('cancel-import').click()
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page.getByText('Drop a folder of images anywhere')).toBeVisible()
  const left = () => readdirSync(join(folder.path, 'data', 'datasets'))
  await expect.poll(left).toEqual([])
})

test('a dataset is deleted with its files after a question, which may be answered with no', async () => {
  const few = make('few')
  demo.slice(0, 4).forEach((path, i) => copyFileSync(path, join(few, `${i}.png`)))
  const { page } = app
  await importDataset(page, [few])
  await page.getByRole('button', { name: 'Delete…' }).click()
  const question = page.getByRole('dialog', { name: 'Delete “few”?' })
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page.getByTestId('dataset-page')).toBeVisible()
  await page.getByRole('button', { name: 'Delete…' }).click()
  await question.getByTestId('confirm-delete-dataset').click()
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page.getByText('Drop a folder of images anywhere')).toBeVisible()
  await expect.poll(() => readdirSync(join(folder.path, 'data', 'datasets'))).toEqual([])
  expect(readdirSync(few)).toHaveLength(4)
})

test('a zip that is dropped is opened like a folder, and one that is no archive is refused in words', async () => {
  const { page } = app
  const archive = join(folder.path, 'faces.zip')
  writeFileSync(
    archive,
    zipOf(
      demo
        .slice(0, 12)
        .map((path, i) => ({ name: `${i % 2 ? 'a' : 'b'}/${i}.png`, bytes: readFileSync(path) })),
    ),
  )
  await importDataset(page, [archive])
  await expect(page.getByTestId('contact-sheet')).toHaveAttribute('data-count', '12')
  await expect(page.getByTestId('label-counts')).toContainText('6')
  writeFileSync(archive, 'words')
  await page.getByTestId('rescan').click()
  await expect(page.getByRole('alert')).toContainText('is not a zip archive that can be opened')
})

test('while files are dragged over the window a message at its foot leaves the page readable, and goes when they leave', async () => {
  const { page } = app
  const message = page.getByTestId('drop-message')
  await dragOver(page, [demoImages])
  await expect(message).toBeVisible()
  const [shown, ...below] = await Promise.all(
    [message, page.getByRole('heading'), page.getByTestId('try-demo')].map((each) => each.boundingBox()),
  )
  for (const each of below) expect((each?.y ?? NaN) + (each?.height ?? NaN)).toBeLessThan(shown?.y ?? NaN)
  // The drag ended elsewhere, which the window is not told.
  await page.mouse.move(300, 300)
  await expect(message).toHaveCount(0)
})
