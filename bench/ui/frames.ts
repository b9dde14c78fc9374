import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** Records when a plot is drawn, from now on. */
export async function watchPlots(page: Page): Promise<void> {
  await page.evaluate(readFileSync(join(import.meta.dirname, 'in-page.js'), 'utf8'))
}

/** Opens a run from the library and answers the ms from the click until its curve of so many points was painted. */
export async function openRunMs(page: Page, name: string, points: number): Promise<number> {
  if (!(await page.getByTestId('history').isVisible())) await page.getByTestId('go-library').click()
  await page.getByTestId('history').getByText(name, { exact: true }).waitFor()
  // Whatever the library does when it is shown is done then.
  await page.waitForTimeout(500)
  return await page.evaluate(`bench.open(${JSON.stringify(name)}, ${points})`)
}

/** Drags the plot to and fro for a while and answers how often a second it was drawn. */
export async function panRate(page: Page, seconds: number): Promise<number> {
  const box = await page.locator('.u-over').first().boundingBox()
  if (!box) throw new Error('The plot has no size.')
  const y = box.y + box.height / 2
  await page.mouse.move(box.x + box.width / 2, y)
  // Half of the curve is shown, so that there is something to pan.
  await page.mouse.wheel(0, -350)
  await page.waitForTimeout(500)
  await page.keyboard.down('Shift')
  await page.mouse.down()
  const startedAt = await page.evaluate<number>('performance.now()')
  const until = Date.now() + seconds * 1000
  for (let i = 0; Date.now() < until; i++) {
    await page.mouse.move(box.x + box.width * (0.5 + 0.3 * Math.sin(i / 40)), y)
  }
  const perMs = await page.evaluate<number>(
    `bench.drawnSince(${startedAt}) / (performance.now() - ${startedAt})`,
  )
  await page.mouse.up()
  await page.keyboard.up('Shift')
  await page.mouse.dblclick(box.x + box.width / 2, y)
  return perMs * 1000
}
