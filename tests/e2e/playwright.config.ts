import { defineConfig } from '@playwright/test'

/** X displays, one for each worker, since one app's window may take the focus from another's; else all use the machine's. */
const displays = process.env['FLOWERBED_TEST_DISPLAYS']?.split(',') ?? []
const display = displays[Number(process.env['TEST_PARALLEL_INDEX'])]
if (display !== undefined) process.env['DISPLAY'] = display
// Two apps that train share the cores: threads of both would wait for each other.
if (displays.length > 1) process.env['FLOWERBED_THREADS'] ??= '1'

/** Files of half a minute or more: begun last, one of them would keep one display busy while the other has nothing left. */
const long = [
  ...[
    'gpus',
    'faults',
    'training',
    'targets',
    'spine',
    'run-form',
    'workers',
    'bench',
    'looks',
    'window',
    'queue',
  ],
  ...['import', 'experiment', 'history', 'evaluation'],
].map((name) => `${name}.spec.ts`)

export default defineConfig({
  testDir: '.',
  // Tests begin in the order of the projects.
  projects: [
    { name: 'long', testMatch: long },
    { name: 'short', testMatch: '*.spec.ts', testIgnore: long },
  ],
  outputDir: '../../test-results',
  // Much of a test is one thread or waiting: two of them fill two cores.
  workers: displays.length || 1,
  fullyParallel: false,
  retries: 0,
  timeout: 300_000,
  expect: { timeout: 40_000 },
  reporter: [['list'], ['json', { outputFile: '../../test-results/e2e.json' }]],
})
