import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { electronToLaunch } from '../../scripts/lib/electron.mjs'

const root = resolve(import.meta.dirname, '../..')
const patienceMs = 60_000

/**
 * Starts the app as a user does and answers the ms from the start of its process until the window shows the library.
 * Nothing is attached until the window has marked that by itself.
 */
export async function launchMs(dataDirectory: string): Promise<number> {
  const electron = electronToLaunch()
  const port = await freePort()
  const startedAt = Date.now()
  const child = spawn(
    electron.executablePath,
    [
      ...electron.args,
      `--remote-debugging-port=${port}`,
      join(root, 'out/main/index.js'),
      `--data-dir=${dataDirectory}`,
    ],
    { cwd: root, stdio: 'ignore' },
  )
  const ended = once(child, 'exit')
  try {
    await sleep(3000)
    return (await usableAt(port)) - startedAt
  } finally {
    child.kill()
    await ended
  }
}

/** When the window marked that it is usable, in ms since 1970. */
async function usableAt(port: number): Promise<number> {
  const browser = await connect(port)
  try {
    const page = browser.contexts()[0]?.pages()[0]
    if (!page) throw new Error('The app has no window.')
    const usable = 'performance.getEntriesByName("usable")[0]?.startTime'
    await page.waitForFunction(`${usable} > 0`, null, { timeout: patienceMs })
    return await page.evaluate(`performance.timeOrigin + ${usable}`)
  } finally {
    await browser.close()
  }
}

async function connect(port: number) {
  for (let tries = 0; ; tries++) {
    try {
      return await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
    } catch (thrown) {
      if (tries === 20) throw thrown
      await sleep(500)
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
