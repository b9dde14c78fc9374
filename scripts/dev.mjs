/** `npm run dev`: set-up, then the app with hot reload: the window at once, main and preload by a restart. */
import { join } from 'node:path'
import { electronToLaunch } from './lib/electron.mjs'
import { root } from './lib/paths.mjs'
import { fail, section } from './lib/report.mjs'
import { node, run, setup } from './setup.mjs'

try {
  setup({ electron: true })
  section('Development')
  const { executablePath, args } = electronToLaunch()
  const cli = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  process.exitCode = run(node, [cli, 'dev', '--watch', '--', ...args, ...process.argv.slice(2)], {
    env: { ELECTRON_EXEC_PATH: executablePath },
  })
} catch (error) {
  fail(error)
}
