/**
 * `npm start`: set-up, then the demo: train on the pictures that come with Flowerbed, and write what it draws.
 */
import { join } from 'node:path'
import { root } from './lib/paths.mjs'
import { fail, section } from './lib/report.mjs'
import { node, run, setup } from './setup.mjs'

try {
  setup({ electron: false })
  section('Demo')
  const out = join(process.cwd(), 'flowerbed-demo')
  process.exitCode = run(node, [
    join(root, 'src-main', 'cli', 'main.ts'),
    'demo',
    '--out',
    out,
    ...process.argv.slice(2),
  ])
} catch (error) {
  fail(error)
}
