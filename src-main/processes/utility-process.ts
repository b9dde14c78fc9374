import { utilityProcess } from 'electron'
import { join } from 'node:path'
import { language, languageVariable } from '#shared/language.ts'
import { createLogger } from '../log.ts'
import type { ChildProcess } from './child-process.ts'

/** Starts one of the bundle's programs as an Electron utility process; what it prints goes to the log. */
export function startUtilityProcess(options: {
  /** File name beside this bundle. */
  module: 'engine.js' | 'importer.js'
  name: string
  /** Set besides the present environment. */
  env?: Record<string, string>
}): ChildProcess {
  const { module, name, env = {} } = options
  const log = createLogger(name)
  const child = utilityProcess.fork(join(import.meta.dirname, module), [], {
    serviceName: `Flowerbed ${name}`,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, [languageVariable]: language(), ...env },
  })
  const spawned = new Promise<void>((resolve) => child.once('spawn', () => resolve()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  child.stdout?.on('data', (chunk: Buffer) => log.info(chunk.toString().trimEnd()))
  child.stderr?.on('data', (chunk: Buffer) => log.warn(chunk.toString().trimEnd()))
  for (const stream of [child.stdout, child.stderr])
    stream?.on('error', (error: Error) => log.warn(error.message))
  // Emitted before a fatal error of V8 ends it; without a listener the event would be thrown.
  child.on('error', (type, location) => log.error(`${type} in ${location}`))
  child.once('spawn', () => log.info(`started as process ${child.pid ?? '?'}`))
  child.once('exit', (code) => log.info(`ended with code ${code}`))
  return {
    channel: {
      post: (message) => {
        child.postMessage(message)
      },
      onMessage: (listener) => child.on('message', listener),
      onClose: (listener) => child.on('exit', listener),
    },
    spawned,
    ended,
    get pid() {
      return child.pid
    },
    kill: () => void child.kill(),
  }
}
