import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { Page } from 'playwright-core'
import type { RunRecord } from '#shared/schemas/run.ts'
import { summarize } from '../summary.ts'
import type { Summary } from '../summary.ts'
import { openRunMs, panRate, showLibrary, watchPlots, withWork } from '../ui/frames.ts'
import type { Timed } from '../ui/frames.ts'
import { makeHistory } from '../ui/history.ts'
import { launchMs } from '../ui/launch.ts'
import { simulateTraining, takeEventPort, windowMemory } from '../ui/training-messages.ts'
import type { WindowMemory } from '../ui/training-messages.ts'
import { jsonOption, wholeNumberFrom } from '../../src-main/cli/support/options.ts'
import { answer, say } from '../../src-main/cli/support/output.ts'
import { hasDisplay } from '../../scripts/lib/system-packages.mjs'
import { startXvfb } from '../../scripts/lib/xvfb.mjs'
import { openStore } from '../../src-main/database/store.ts'
import { launchApp } from '../../tests/helpers/app.ts'
import type { RunningApp } from '../../tests/helpers/app.ts'

export interface UiOptions {
  runs: number
  points: number
  plot: number
  seconds: number
  repeats: number
  json?: boolean
}

const panSeconds = 3
const windowSize = { width: 1280, height: 800 }

export function addUi(program: Command): void {
  program
    .command('ui')
    .description('time the window: its start, the opening of a run, panning; its memory while a run trains')
    .option('--runs <count>', 'runs in the history', wholeNumberFrom(1), 200)
    .option('--points <count>', 'points of each', wholeNumberFrom(1), 100_000)
    .option('--plot <count>', 'points of the run that is panned', wholeNumberFrom(1), 1_000_000)
    .option('--seconds <count>', 'of training, 50 messages each', wholeNumberFrom(240), 3600)
    .option('--repeats <count>', 'times of each measurement', wholeNumberFrom(1), 5)
    .addOption(jsonOption())
    .action(benchUi)
}

/** Runs the built app on a data folder of its own. */
export async function benchUi(options: UiOptions): Promise<void> {
  const { runs, points, plot, seconds, repeats, json = false } = options
  const directory = mkdtempSync(join(tmpdir(), 'flowerbed-bench-'))
  const screen = hasDisplay() ? null : await startXvfb()
  if (screen) process.env['DISPLAY'] = screen.display
  try {
    const sizes = [plot, 1, ...Array.from({ length: runs - 1 }, () => points)]
    const ids = makeHistory(directory, sizes)
    const launch = await repeated(repeats, async () => ({ value: await launchMs(directory), workMs: 0 }))
    tell('window usable', launch, 'ms after launch')

    const running = await launchApp({ dataDirectory: directory, size: windowSize })
    try {
      const { page } = running
      await watchPlots(page)
      const opening = await repeated(repeats, async (i) => {
        const name = `Run ${sizes.length - i}`
        await showLibrary(page, name)
        return await withWork(running, () => openRunMs(page, name, points))
      })
      tell(`a run of ${points} points opened`, opening, 'ms')
      await scrollToOldest(page)
      await showLibrary(page, 'Run 1')
      await openRunMs(page, 'Run 1', plot)
      const panning = await repeated(repeats, () => withWork(running, () => panRate(page, panSeconds)))
      tell(`a plot of ${plot} points panned`, panning, 'frames a second')
      const [, id = ''] = ids
      const memory = await memoryWhileTraining(running, recordOf(directory, id), seconds)
      answer(json, { runs, points, plot, seconds, launch, opening, panning, memory })
    } finally {
      await running.quit()
    }
  } finally {
    screen?.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

interface Repeated extends Summary {
  /** ms of processor time. */
  work: Summary
}

/** The first is of caches that are still empty and does not count. */
async function repeated(times: number, measure: (i: number) => Promise<Timed>): Promise<Repeated> {
  const found: Timed[] = []
  for (let i = 0; i <= times; i++) found.push(await measure(i))
  const counted = found.slice(1)
  return {
    ...summarize(counted.map(({ value }) => value)),
    work: summarize(counted.map(({ workMs }) => workMs)),
  }
}

function tell(what: string, { median, min, max, work }: Repeated, unit: string): void {
  const [middle, least, most, spent] = [median, min, max, work.median].map(Math.round)
  say(
    `${what}: ${middle} ${unit} (${least} to ${most})${spent === 0 ? '' : `, ${spent} ms of processor time`}`,
  )
}

/** The oldest runs are at the end of a list that has rows only in view. */
async function scrollToOldest(page: Page): Promise<void> {
  await page.getByTestId('go-library').click()
  await page.getByTestId('history').waitFor()
  await page.evaluate("document.querySelector('[data-testid=library-scroll]').scrollTo(0, 1e6)")
}

function recordOf(directory: string, id: string): RunRecord {
  const store = openStore(directory)
  try {
    return store.runs.get(id)
  } finally {
    store.close()
  }
}

async function memoryWhileTraining(
  running: RunningApp,
  run: RunRecord,
  seconds: number,
): Promise<WindowMemory[]> {
  const { app, page } = running
  await scrollToOldest(page)
  await showLibrary(page, run.name)
  await openRunMs(page, run.name, 1)
  await takeEventPort(app, page)
  const memory: WindowMemory[] = []
  let from = 0
  // The first minute makes what is made once.
  for (const to of [60, seconds / 4, seconds / 2, (3 * seconds) / 4, seconds].map(Math.round)) {
    const rate = await simulateTraining(running, run, { from, to })
    const { heapBytes, processBytes } = await windowMemory(running)
    memory.push({ heapBytes, processBytes })
    const [heap, whole] = [heapBytes, processBytes].map((bytes) => (bytes / 1e6).toFixed(1))
    say(
      `after ${to} s of training: heap ${heap} MB, process ${whole} MB (${Math.round(rate)} messages a second)`,
    )
    from = to
  }
  return memory
}
