/**
 * Sets up a fresh clone so that the app runs: `npm run setup`, also the first step of `npm start`, `npm test` and
 * `npm run dev`. Runs on the installed Node (≥ 20) and without packages, since it installs them.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './lib/paths.mjs'
import { SetupError, fail, note, section } from './lib/report.mjs'

const bin = join(root, 'node_modules', '.bin')
const stamp = join(root, 'node_modules', '.flowerbed-setup')
const windows = process.platform === 'win32'

/** Node 24 of node_modules, which runs everything after the installation of packages. */
export const node = join(bin, windows ? 'node.cmd' : 'node')

/** An environment whose PATH starts with the commands of node_modules. */
export const environment = () => ({ ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` })

/** The scripts that install what is no package of npm, with their arguments; they do not depend on one another. */
export const installers = ({ xvfb, testServers = false }) => ({
  TensorFlow: ['install-runtime.mjs'],
  Electron: ['install-electron.mjs', ...(xvfb ? ['--xvfb'] : []), ...(testServers ? ['--test-servers'] : [])],
})

/** Runs a command in this terminal and answers its exit status. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: options.quiet ? ['ignore', 'ignore', 'pipe'] : ['ignore', 2, 'inherit'],
    env: { ...environment(), ...options.env },
    shell: windows,
  })
  if (error) throw new SetupError(`${command} cannot be started: ${error.message}`)
  return status ?? 1
}

/**
 * @param {{electron: boolean, xvfb?: boolean}} needs Electron and, on Linux, its system libraries; Xvfb to run it without a display
 */
export function setup({ electron, xvfb = false }) {
  installPackages()
  for (const [name, [script, ...args]] of Object.entries(installers({ xvfb }))) {
    if (name === 'Electron' && !electron) continue
    section(name)
    const status = run(node, [join(root, 'scripts', script), ...args])
    // The script has reported its error.
    if (status !== 0) process.exit(status)
  }
  if (electron) build()
}

/** Bundles the app. This takes a second or two, so it is done every time. */
export function build() {
  section('App')
  const cli = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  if (run(node, [cli, 'build', '--logLevel', 'warn'], { quiet: true }) !== 0)
    throw new SetupError('The app could not be built', { hint: '`npm run build` shows the errors.' })
  note('built')
}

/** Runs `npm ci` when the lockfile has changed, then the only package script that is needed. */
export function installPackages() {
  const [major = 0] = process.versions.node.split('.').map(Number)
  if (major < 20)
    throw new SetupError(`Node ${process.versions.node} is too old`, { hint: 'Install Node 20 or newer.' })
  section('Packages')
  const lockHash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash) {
    note('are up to date')
    return
  }
  note('npm ci …')
  if (run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']) !== 0) {
    throw new SetupError('npm could not install the packages', {
      hint: 'See npm’s output above. Behind a proxy set HTTPS_PROXY; for a mirror `npm config set registry …`.',
    })
  }
  // .npmrc disables package scripts; this one downloads Node 24.
  if (
    run('npm', ['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error']) !== 0 ||
    !existsSync(node)
  ) {
    throw new SetupError('npm could not download Node 24', {
      hint: 'Check `npm config get registry` and the proxy.',
    })
  }
  writeFileSync(stamp, lockHash)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    setup({ electron: true })
    note('')
    note('Ready: npm start')
  } catch (error) {
    fail(error)
  }
}
