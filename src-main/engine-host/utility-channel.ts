import { utilityProcess } from 'electron'
import type { UtilityProcess } from 'electron'
import { join } from 'node:path'
import type { Channel } from '../child/channel.ts'
import { utilityChannel } from '../child/adapters.ts'
import { createLogger } from '../log.ts'

export interface StartedUtility {
  process: UtilityProcess
  channel: Channel
}

/** A process that is busy in native code does not hear that it is to end. */
const patienceMs = 3000

/** Ends a process for certain: one that has not come up yet cannot be ended, and a busy one does not listen. */
export async function endUtility(child: UtilityProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined) {
    const spawned = new Promise<void>((resolve) => child.once('spawn', () => resolve()))
    await Promise.race([spawned, ended])
  }
  const { pid } = child
  child.kill()
  const timer = setTimeout(() => {
    if (pid !== undefined && child.pid === pid) process.kill(pid, 'SIGKILL')
  }, patienceMs)
  await ended
  clearTimeout(timer)
}

/** Starts one of the bundle's own processes; what it prints goes to the log. */
export function startUtility(options: {
  /** File name beside this bundle. */
  module: 'engine.js' | 'importer.js'
  name: string
  env?: Record<string, string>
}): StartedUtility {
  const { module, name, env = {} } = options
  const log = createLogger(name)
  const child = utilityProcess.fork(join(import.meta.dirname, module), [], {
    serviceName: `Flowerbed ${name}`,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  child.stdout?.on('data', (chunk: Buffer) => log.info(chunk.toString().trimEnd()))
  child.stderr?.on('data', (chunk: Buffer) => log.warn(chunk.toString().trimEnd()))
  child.once('spawn', () => log.info(`started as process ${child.pid ?? '?'}`))
  child.once('exit', (code) => log.info(`ended with code ${code}`))
  return { process: child, channel: utilityChannel(child) }
}
