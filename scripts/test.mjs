/**
 * `npm test`: set-up, then every check and every test, and one line that counts them. Types, lint, imports, spelling and
 * format count as one test each.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/paths.mjs'
import { fail, note, section } from './lib/report.mjs'
import { hasDisplay } from './lib/system-packages.mjs'
import { startXvfb } from './lib/xvfb.mjs'
import { environment, node, run, setup } from './setup.mjs'

const results = join(root, 'test-results')
const total = { passed: 0, failed: 0, skipped: 0 }

function count({ passed = 0, failed = 0, skipped = 0 }) {
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}

/** Checks that pass or fail as one each, side by side: most of them use one core. */
async function checks(scripts) {
  section(Object.keys(scripts).join(', '))
  await Promise.all(
    Object.entries(scripts).map(async ([name, script]) => {
      const { status, output } = await captured('npm', ['run', '-s', script])
      process.stderr.write(output)
      note(`${name} ${status === 0 ? 'passed' : 'FAILED'}`)
      count(status === 0 ? { passed: 1 } : { failed: 1 })
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

/** A vitest project, counted from its JSON report; a run without a report has failed. */
function suite(name, project) {
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
  const status = run(node, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args])
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

/** The app in Electron, on a virtual screen where there is no display. */
async function endToEnd() {
  section('End-to-end tests')
  const screen = hasDisplay() ? null : await startXvfb()
  const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js')
  const config = join(root, 'tests', 'e2e', 'playwright.config.ts')
  const status = run(node, [cli, 'test', '--config', config], {
    env: screen ? { DISPLAY: screen.display } : {},
  })
  screen?.stop()
  const report = join(results, 'e2e.json')
  if (!existsSync(report)) return count({ failed: 1 })
  const { stats, errors } = JSON.parse(readFileSync(report, 'utf8'))
  const failed = stats.unexpected + stats.flaky + errors.length
  count({ passed: stats.expected, failed, skipped: stats.skipped })
  if (status !== 0 && failed === 0) count({ failed: 1 })
}

try {
  setup({ electron: true, xvfb: !hasDisplay() })
} catch (error) {
  fail(error)
}
rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })
await checks({
  Types: 'types',
  Lint: 'lint:code',
  Imports: 'lint:imports',
  Spelling: 'lint:spelling',
  Format: 'format',
})
suite('Unit tests', 'unit')
suite('Integration tests', 'integration')
await endToEnd()
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed === 0 ? 0 : 1
