/**
 * `npm run screenshots [-- MINUTES]`: the images of docs/screenshots, taken from the app: it imports the demo images,
 * trains a run, and visits every page in light and dark mode and in two sizes.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './lib/paths.mjs'
import { fail, note, section } from './lib/report.mjs'
import { hasDisplay } from './lib/system-packages.mjs'
import { startXvfb } from './lib/xvfb.mjs'
import { node, run, setup } from './setup.mjs'

try {
  if (process.env.FLOWERBED_SCREENSHOTS === undefined) {
    setup({ electron: true, xvfb: !hasDisplay() })
    section('Screenshots')
    // Runs this script again on Node 24, which can import the TypeScript test helpers.
    process.exitCode = run(node, [join(root, 'scripts', 'screenshots.mjs'), ...process.argv.slice(2)], {
      env: { FLOWERBED_SCREENSHOTS: '1' },
    })
  } else await takeAll(Number(process.argv[2] ?? 8))
} catch (error) {
  fail(error)
}

async function takeAll(minutes) {
  const { launchApp } = await import('../tests/helpers/app.ts')
  const screen = hasDisplay() ? null : await startXvfb()
  if (screen) process.env.DISPLAY = screen.display
  const folder = join(root, 'docs', 'screenshots')
  mkdirSync(folder, { recursive: true })
  const dataDirectory = mkdtempSync(join(tmpdir(), 'flowerbed-screenshots-'))
  const { app, page, quit } = await launchApp({ dataDirectory })

  const sizes = { small: [1280, 800], large: [1920, 1080] }
  async function take(name) {
    for (const [size, [width, height]] of Object.entries(sizes)) {
      await app.evaluate(
        ({ BrowserWindow }, bounds) => {
          BrowserWindow.getAllWindows()[0]?.setContentSize(bounds.width, bounds.height)
        },
        { width, height },
      )
      for (const theme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: theme })
        await page.waitForTimeout(600)
        await page.screenshot({ path: join(folder, `${name}-${theme}-${size}.png`) })
      }
    }
    note(name)
  }
  const go = (name) => page.getByTestId(`go-${name}`).click()
  const finished = (testid, wait) =>
    page.locator(`[data-testid="${testid}"][data-status="finished"]`).waitFor({ timeout: wait * 60_000 })

  await take('welcome')
  await page.getByTestId('try-demo').click()
  await page.getByTestId('import-size').selectOption('32x32')
  await take('import')
  await page.getByRole('radio', { name: 'Minutes', exact: true }).check()
  await page.getByTestId('setting-minutes').fill(String(minutes))
  await page.getByTestId('start-training').click()
  await finished('run-page', minutes + 5)
  await take('run')
  await go('gallery')
  await page.getByTestId('sample-grid').waitFor()
  await take('gallery')
  await page.getByTestId('sample-grid').locator('button').first().click()
  await page.keyboard.press('t')
  await page.locator('[data-testid="trajectory"][data-states]').waitFor({ timeout: 60_000 })
  await take('trajectory')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await go('interpolation')
  await page.getByTestId('interpolate').click()
  await page.getByTestId('latent-frame').first().waitFor({ timeout: 120_000 })
  await page.getByTestId('latent-scrubber').fill('12')
  await take('latent')
  for (const [kind, start, done] of [['Grid', 'generate-grid', 'latent-cell']]) {
    await page.getByRole('radio', { name: kind }).check()
    await page.getByTestId(start).click()
    await page.getByTestId(done).first().waitFor({ timeout: 240_000 })
  }
  await take('grid')
  for (const kind of ['Attributes', 'Pinned']) {
    await page.getByRole('radio', { name: kind }).check()
    await page.waitForTimeout(2000)
    await take(kind.toLowerCase())
  }

  // An experiment of two systems: its runs are also those of the queue and of the comparison.
  await go('library')
  await page
    .getByRole('button', { name: /^Open / })
    .first()
    .click()
  await page.getByTestId('contact-sheet').locator('canvas').first().waitFor()
  await take('dataset')
  await go('library')
  await page
    .getByRole('button', { name: /^Train/ })
    .first()
    .click()
  await page.getByTestId('compare-systems').click()
  const boxes = page.locator('[data-testid^="compare-"][type="checkbox"]')
  for (const box of await boxes.all()) await box.uncheck()
  for (const preset of ['ladder-1-vanilla', 'pixel-posterior'])
    await page.getByTestId(`compare-${preset}`).check()
  await page.getByRole('radio', { name: 'Steps' }).check()
  await page.getByTestId('experiment-length').fill(String(20 * minutes))
  await take('new-experiment')
  await page.getByTestId('start-experiment').click()
  await page.locator('[data-testid="rung"][data-status="training"]').first().waitFor({ timeout: 60_000 })
  await go('queue')
  await take('queue')
  await go('library')
  await page.getByTestId('experiment-row').getByText('systems compared').click()
  await page.locator('[data-testid="experiment-page"][data-activity="none"]').waitFor({
    timeout: (minutes + 10) * 60_000,
  })
  await take('experiment')
  await go('library')
  await take('library')
  await go('compare')
  await page.getByTestId('compare-runs').click()
  for (const run of await page.getByRole('menuitemcheckbox').all()) {
    if ((await run.getAttribute('aria-checked')) !== 'true') await run.click()
  }
  await page.keyboard.press('Escape')
  await take('compare')
  await page.keyboard.press('Control+k')
  await take('palette')
  await page.keyboard.press('Escape')
  await go('library')
  await go('storage')
  await page.getByTestId('run-storage').waitFor()
  await take('storage')
  await go('settings')
  await page.getByTestId('doctor-report').waitFor({ timeout: 60_000 })
  await take('settings')

  await quit()
  screen?.stop()
  rmSync(dataDirectory, { recursive: true, force: true })
}
