/**
 * `npm test`: set-up, then every test, with the other checks beside both, and one line that counts them. Types, lint,
 * imports, spelling and format count as one test each.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/paths.mjs'
import { fail, note, section } from './lib/report.mjs'
import { hasDisplay } from './lib/system-packages.mjs'
import { startXvfb } from './lib/xvfb.mjs'
import { build, environment, installPackages, installers, node } from './setup.mjs'

// Tests start hundreds of Node processes on the same files: each takes two thirds of the time with compiled code at hand.
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'compiled')

const results = join(root, 'test-results')
const total = { passed: 0, failed: 0, skipped: 0 }

function count({ passed = 0, failed = 0, skipped = 0 }) {
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}

/** Checks that pass or fail as one each, side by side: most of them use one core. */
async function checks(scripts) {
  await Promise.all(
    Object.entries(scripts).map(async ([name, script]) => {
      const { status, output } = await captured('npm', ['run', '-s', script])
      process.stderr.write(output)
      note(`${name} ${status === 0 ? 'passed' : 'FAILED'}`)
      count(status === 0 ? { passed: 1 } : { failed: 1 })
    }),
  )
}

/** Installs side by side what the tests need: much of it is waiting for the network. A failure ends everything. */
async function install(scripts) {
  await Promise.all(
    Object.values(scripts).map(async ([script, ...args]) => {
      const { status, output } = await captured(node, [join(root, 'scripts', script), ...args])
      process.stderr.write(output)
      if (status !== 0) process.exit(status)
    }),
  )
}

/** Runs a command of the project; its exit status and all that it wrote. */
async function captured(command, args) {
  const child = spawn(command, args, { cwd: root, env: environment(), shell: process.platform === 'win32' })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text))
  const [status] = await once(child, 'close')
  return { status, output }
}

/** Runs a command of the project in this terminal, while others go on; its exit status. */
async function running(command, args, env = {}) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 'inherit'],
    env: { ...environment(), ...env },
    shell: process.platform === 'win32',
  })
  const [status] = await once(child, 'close')
  return status ?? 1
}

/** A vitest project, counted from its JSON report; a run without a report has failed. */
async function suite(name, project) {
  section(name)
  const report = join(results, `${project}.json`)
  const args = [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]
  const status = await running(node, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args])
  if (!existsSync(report)) return count({ failed: 1 })
  const {
    numPassedTests,
    numFailedTests,
    numPendingTests,
    numTodoTests = 0,
    testResults,
  } = JSON.parse(readFileSync(report, 'utf8'))
  // A file that cannot be loaded has no tests to count.
  const broken = testResults.filter(
    ({ status: s, assertionResults }) => s === 'failed' && assertionResults.length === 0,
  ).length
  count({ passed: numPassedTests, failed: numFailedTests + broken, skipped: numPendingTests + numTodoTests })
  if (status !== 0 && numFailedTests + broken === 0) count({ failed: 1 })
}

/** The app in Electron: where there is no display, on two virtual screens at a time. */
async function endToEnd() {
  section('End-to-end tests')
  const screens = hasDisplay() ? [] : await Promise.all([startXvfb(), startXvfb()])
  const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js')
  const config = join(root, 'tests', 'e2e', 'playwright.config.ts')
  const displays = screens.map(({ display }) => display).join()
  const status = await running(
    node,
    [cli, 'test', '--config', config],
    displays === '' ? {} : { FLOWERBED_TEST_DISPLAYS: displays },
  )
  for (const { stop } of screens) stop()
  const report = join(results, 'e2e.json')
  if (!existsSync(report)) return count({ failed: 1 })
  const { stats, errors } = JSON.parse(readFileSync(report, 'utf8'))
  const failed = stats.unexpected + stats.flaky + errors.length
  count({ passed: stats.expected, failed, skipped: stats.skipped })
  if (status !== 0 && failed === 0) count({ failed: 1 })
}

const checked = {
  Types: 'types',
  Lint: 'lint:code',
  Imports: 'lint:imports',
  Spelling: 'lint:spelling',
  Format: 'format',
}
/** The checks take a core for minutes, of which much is one process: the tests that need no window begin meanwhile. */
let checking
try {
  installPackages()
  const needed = {
    ...installers({ xvfb: !hasDisplay(), testServers: true }),
    Compiler: ['install-compiler.mjs'],
  }
  section([...Object.keys(needed), ...Object.keys(checked)].join(', '))
  checking = checks(checked)
  await install(needed)
  build()
} catch (error) {
  fail(error)
}
rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })
await suite('Unit tests', 'unit')
await suite('Integration tests', 'integration')
await checking
await endToEnd()
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed === 0 ? 0 : 1
