/**
 * `npm start`: set-up, then the app. Without a display the demo instead: train on the pictures that come with Flowerbed,
 * and write what it draws.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { electronToLaunch } from './lib/electron.mjs'
import { root } from './lib/paths.mjs'
import { fail, note, section } from './lib/report.mjs'
import { hasDisplay } from './lib/system-packages.mjs'
import { environment, node, run, setup } from './setup.mjs'

function startApp() {
  setup({ electron: true })
  section('Flowerbed')
  const { executablePath, args } = electronToLaunch()
  const { status } = spawnSync(executablePath, [...args, root, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: environment(),
  })
  return status ?? 1
}

function startDemo() {
  setup({ electron: false })
  section('Demo')
  note('There is no display, so this trains on the demo pictures and writes what it draws.')
  const out = join(process.cwd(), 'flowerbed-demo')
  const cli = join(root, 'src-main', 'cli', 'main.ts')
  return run(node, [cli, 'demo', '--out', out, ...process.argv.slice(2)])
}

try {
  process.exitCode = hasDisplay() ? startApp() : startDemo()
} catch (error) {
  fail(error)
}
