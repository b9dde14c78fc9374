import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Page } from 'playwright-core'

/** Records when a plot is drawn, from now on. */
export async function watchPlots(page: Page): Promise<void> {
  await page.evaluate(readFileSync(join(import.meta.dirname, 'in-page.js'), 'utf8'))
}

/** Something that was done in the window. */
export interface Timed {
  /** ms as a user sees it, or frames a second. */
  value: number
  /** ms of processor time of main and of the window's own thread, which other work on the machine hardly changes. */
  workMs: number
}

/** Adds the processor time of what is measured. */
export async function withWork(
  { app, page }: { app: ElectronApplication; page: Page },
  measure: () => Promise<number>,
): Promise<Timed> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const spent = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    const { user, system } = await app.evaluate(() => process.cpuUsage())
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1000 + (user + system) / 1000
  }
  try {
    const before = await spent()
    const value = await measure()
    return { value, workMs: (await spent()) - before }
  } finally {
    await session.detach()
  }
}

/** Shows the library, where a run of this name is to be seen. */
export async function showLibrary(page: Page, name: string): Promise<void> {
  if (!(await page.getByTestId('history').isVisible())) await page.getByTestId('go-library').click()
  await page.getByTestId('history').getByText(name, { exact: true }).waitFor()
  // Whatever the library does when it is shown is done then.
  await page.waitForTimeout(500)
}

/** Opens a run from the library and answers the ms from the click until its curve of so many points was painted. */
export async function openRunMs(page: Page, name: string, points: number): Promise<number> {
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
