import { join } from 'node:path'
import { expect } from '@playwright/test'
import type { Page } from 'playwright-core'
import { RunService } from '../../src-main/runs/run-service.ts'
import { openStore } from '../../src-main/database/store.ts'
import { launchApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { test } from './test.ts'

const points = 300_000
/** A loss that falls and never leaves a thousandth, with one spike that must not get lost among 300,000 points. */
const lossAt = (step: number) => (step === 200_001 ? 3 : 1 / (1 + step / 1000) + 0.001 * (step % 7))

/** A data folder with one run of very many steps. */
function longRun(directory: string): void {
  const store = openStore(directory)
  store.datasets.save({
    id: 'images',
    name: 'Marathon',
    directory: join(directory, 'datasets', 'images'),
    shape: { height: 16, width: 16, channels: 3 },
    count: 10,
    labels: [],
    sources: [],
    problemCount: 0,
    bytes: 0,
    createdAt: 1,
  })
  const runService = new RunService(store)
  const run = runService.create({
    datasetId: 'images',
    preset: 'pixel-posterior',
    changes: {},
    device: 'cpu',
  })
  const key = store.runs.key(run.id)
  const names = ['loss', 'velocity', 'kl', 'gradientNorm', 'learningRate']
  for (let from = 1; from <= points; from += 10_000) {
    const steps = Array.from({ length: 10_000 }, (_, i) => from + i)
    store.metrics.add(
      key,
      steps.map((step) => {
        const values = Object.fromEntries(names.map((name) => [name, lossAt(step)]))
        return { step, seconds: step / 10, values }
      }),
    )
  }
  store.runs.update(run.id, { status: 'finished', step: points })
  store.close()
}

/** The values shown for the point under the pointer. */
async function reading(page: Page) {
  const text = (await page.locator('.reading').innerText()).replaceAll(',', '')
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1])
  return {
    step: number(/[Ss]tep (\d+)/),
    raw: number(/raw\s+([\d.e+-]+)/),
    smoothed: number(/smoothed\s+([\d.e+-]+)/),
  }
}

/** Starts to count the processor time of the window's own thread, which other work on the machine does not lengthen. */
async function countWork(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const now = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1000
  }
  const before = await now()
  return async () => (await now()) - before
}

test('a curve of 300,000 points is read, smoothed, zoomed and panned within two frames of work a gesture', async () => {
  const data = temporaryFolder('curves')
  longRun(data.path)
  const { page, quit } = await launchApp({ dataDirectory: data.path })
  await page.getByTestId('history').getByText('Marathon').click()
  await expect(page.getByTestId('run-curves')).toHaveAttribute('data-points', String(points))

  const box = await page.locator('.u-over').boundingBox()
  if (!box) throw new Error('The plot has no size.')
  const hover = (share: number) => page.mouse.move(box.x + share * box.width, box.y + box.height / 2)
  const at = async (share: number) => {
    await hover(share)
    return await reading(page)
  }

  // Hovering shows the step and the value at the pointer.
  const quarter = await at(0.25)
  expect(quarter.step).toBeGreaterThan(0.24 * points)
  expect(quarter.step).toBeLessThan(0.26 * points)
  expect(quarter.raw).toBeCloseTo(lossAt(quarter.step), 3)

  // Without smoothing the smoothed value is the raw one.
  const smoothing = page.getByLabel('Smoothing')
  await smoothing.fill('0')
  await expect.poll(async () => (await at(0.25)).smoothed).toBe(quarter.raw)
  await smoothing.fill('0.99')
  await expect.poll(async () => (await at(0.25)).smoothed).not.toBe(quarter.raw)

  // The wheel zooms around the pointer, dragging with shift pans, a double click shows all again.
  await hover(0.5)
  for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -240)
  await expect.poll(async () => (await at(0.25)).step).toBeGreaterThan(0.4 * points)
  expect((await at(0.5)).step / points).toBeCloseTo(0.5, 2)
  const before = (await at(0.5)).step
  await page.keyboard.down('Shift')
  await page.mouse.down()
  await hover(0.25)
  await page.mouse.up()
  await page.keyboard.up('Shift')
  await expect.poll(async () => (await at(0.5)).step).toBeGreaterThan(before)
  await page.mouse.dblclick(box.x + 0.5 * box.width, box.y + 20)
  await expect.poll(async () => (await at(0.25)).step).toBe(quarter.step)

  // A range that is dragged over fills the plot.
  await hover(0.6)
  await page.mouse.down()
  await hover(0.7)
  await page.mouse.up()
  await expect.poll(async () => (await at(0.02)).step / points).toBeGreaterThan(0.59)
  await page.getByRole('group', { name: /^Loss/ }).press('0')
  await expect.poll(async () => (await at(0.25)).step).toBe(quarter.step)

  // The view shows the same points by time and on a log scale.
  await page.getByLabel('By time').check()
  await page.getByRole('switch', { name: 'Log scale' }).check()
  await expect.poll(async () => (await at(0.25)).step / points).toBeCloseTo(0.25, 1)

  // All of it again, quickly: each gesture may take as much work as two frames have time for.
  const work = await countWork(page)
  for (let i = 0; i < 60; i++) await hover(0.1 + i / 75)
  for (let i = 0; i < 20; i++) await page.mouse.wheel(0, i < 10 ? -120 : 120)
  for (let i = 0; i < 20; i++) await smoothing.fill(String(i / 25))
  expect((await work()) / 100, 'milliseconds of work a gesture').toBeLessThan(33)

  await quit()
  data.remove()
})
