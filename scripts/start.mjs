/**
 * `npm start`: set-up, then the app. Without a display it runs the demo: it trains on the included images and writes
 * samples.
 */
import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { electronToLaunch } from './lib/electron.mjs'
import { root } from './lib/paths.mjs'
import { fail, note, section } from './lib/report.mjs'
import { hasDisplay } from './lib/system-packages.mjs'
import { environment, node, setup } from './setup.mjs'

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

/** Passes its options to the demo: `npm start -- --minutes 1`. */
async function startDemo() {
  const options = process.argv.slice(2)
  const out = join(process.cwd(), 'flowerbed-demo')
  section('Demo')
  note('There is no display, so this trains on the demo images and writes samples, by default for 4 minutes')
  note('and to flowerbed-demo/. Shorter: npm start -- --minutes 1')
  note('Also: --steps, --image-size, --out. Ctrl+C writes a checkpoint and stops.')
  setup({ electron: false })
  section('Training')
  const cli = join(root, 'src-main', 'cli', 'main.ts')
  return await runToEnd(node, [cli, 'demo', '--out', out, ...options])
}

/** Waits for a command that writes a checkpoint before it ends, also after a signal. Returns its exit code. */
function runToEnd(command, args) {
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: environment(),
    // The folder in which `npm start` was called; npm changes to the project's folder.
    cwd: process.env.INIT_CWD ?? process.cwd(),
    shell: process.platform === 'win32',
  })
  // The terminal often signals the child, too; the child treats both as one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code, signal) => done(code ?? 128 + (constants.signals[signal] ?? 0)))
  })
}

try {
  process.exitCode = hasDisplay() ? startApp() : await startDemo()
} catch (error) {
  fail(error)
}
