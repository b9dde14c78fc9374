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

  await take('welcome')
  await page.getByTestId('try-demo').click()
  await page.getByTestId('import-submit').waitFor()
  await take('import')
  await page.getByTestId('import-size').selectOption('32x32')
  await page.getByTestId('import-submit').click()
  await page.getByTestId('start-training').waitFor()
  await take('start')
  await page.getByRole('radio', { name: 'Minutes', exact: true }).check()
  await page.getByTestId('setting-minutes').fill(String(minutes))
  await page.getByTestId('start-training').click()
  await page.locator('[data-testid="run-page"][data-status="finished"]').waitFor({
    timeout: (minutes + 5) * 60_000,
  })
  await take('run')
  await go('gallery')
  await page.getByTestId('sample-grid').waitFor()
  await take('gallery')
  await go('interpolation')
  await page.getByTestId('interpolate').click()
  await page.getByTestId('latent-frame').first().waitFor({ timeout: 120_000 })
  await page.getByTestId('latent-scrubber').fill('12')
  await take('latent')
  await page.getByRole('radio', { name: 'Grid' }).check()
  await page.getByTestId('generate-grid').click()
  await page.getByTestId('latent-cell').first().waitFor({ timeout: 240_000 })
  await take('grid')
  await go('library')
  await take('library')
  await go('storage')
  await page.getByTestId('run-storage').waitFor()
  await take('storage')
  await go('library')
  await page
    .getByRole('button', { name: /^Open / })
    .first()
    .click()
  await page.getByTestId('contact-sheet').locator('canvas').first().waitFor()
  await take('dataset')
  await go('settings')
  await page.getByTestId('doctor-report').waitFor({ timeout: 60_000 })
  await take('settings')

  await quit()
  screen?.stop()
  rmSync(dataDirectory, { recursive: true, force: true })
}
