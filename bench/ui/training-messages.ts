import type { ElectronApplication, Page } from 'playwright-core'
import type { AppEvent } from '#shared/ipc.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { pointAt } from './history.ts'

/** Memory of the window after garbage collection. */
export interface WindowMemory {
  /** JavaScript and DOM objects. */
  heapBytes: number
  /** Of its process, the points of its curves and its bitmaps included. */
  processBytes: number
}

export async function windowMemory({
  app,
  page,
}: {
  app: ElectronApplication
  page: Page
}): Promise<WindowMemory> {
  const session = await page.context().newCDPSession(page)
  try {
    for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage')
    const { usedSize } = await session.send('Runtime.getHeapUsage')
    const processBytes = await app.evaluate(({ app: electronApp, BrowserWindow }) => {
      const pid = BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId()
      const metrics = electronApp.getAppMetrics().find((other) => other.pid === pid)
      return (metrics?.memory.workingSetSize ?? NaN) * 1024
    })
    return { heapBytes: usedSize, processBytes }
  } finally {
    await session.detach()
  }
}

/** Main's port of events to the window: from now on `send` posts on it. */
export async function takeEventPort(app: ElectronApplication, page: Page): Promise<void> {
  await app.evaluate(({ MessageChannelMain }) => {
    const prototype = Object.getPrototypeOf(new MessageChannelMain().port1) as {
      postMessage: (message: unknown) => void
    }
    const post = prototype.postMessage
    prototype.postMessage = function (this: object, message: unknown) {
      Object.assign(globalThis, { eventPort: this })
      post.call(this, message)
    }
  })
  // Settings that are set are told to the window.
  await page.evaluate('window.api.request("app.settings", { theme: "light" })')
  await page.waitForTimeout(200)
}

async function send(app: ElectronApplication, messages: readonly AppEvent[]): Promise<void> {
  await app.evaluate((_, events) => {
    const { eventPort } = globalThis as unknown as { eventPort: { postMessage: (event: unknown) => void } }
    for (const event of events) eventPort.postMessage(event)
  }, messages)
}

/** What a training tells the window in one second at 50 messages a second: 24 steps. */
function secondOf(run: RunRecord, second: number): AppEvent[] {
  const steps = Array.from({ length: 24 }, (_, i) => second * 24 + i + 1)
  const common = { endsBy: 'steps', stepsPerSecond: 24, activity: 'training' } as const
  const last = steps.at(-1) ?? 0
  const messages = steps.flatMap((step): AppEvent[] => {
    const point = pointAt(step)
    const progress = {
      ...{ ...common, step, totalSteps: 86_400, losses: point.values },
      ...{ trainedSeconds: step / 24, secondsLeft: (86_400 - step) / 24 },
    }
    return [
      { type: 'metrics', runId: run.id, points: [{ ...point, seconds: step / 24 }] },
      { type: 'progress', runId: run.id, progress },
    ]
  })
  return [
    ...messages,
    { type: 'run', run: { ...run, status: 'training', step: last, trainedSeconds: last / 24 } },
    { type: 'engine', state: 'on', memoryBytes: 1e9 + last },
  ]
}

/** Sends the messages of so many seconds of training as fast as the window takes them in; answers how many a second. */
export async function simulateTraining(
  { app, page }: { app: ElectronApplication; page: Page },
  run: RunRecord,
  { from, to }: { from: number; to: number },
): Promise<number> {
  const startedAt = performance.now()
  for (let second = from; second < to; second += 20) {
    const end = Math.min(to, second + 20)
    const messages = Array.from({ length: end - second }, (_, i) => secondOf(run, second + i)).flat()
    await send(app, messages)
    const shown = `[data-testid="run-curves"][data-points="${end * 24}"]`
    await page.locator(shown).waitFor({ timeout: 60_000 })
  }
  return ((to - from) * 50) / ((performance.now() - startedAt) / 1000)
}
