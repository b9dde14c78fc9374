import { readFileSync, readlinkSync, writeSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { say } from './output.ts'

/** The command was interrupted, and finished work is saved. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** What long-running work does when the command is interrupted. */
interface Listener {
  once: () => void
  /** What a second Ctrl+C loses, for the message. */
  lost?: string | undefined
}

/** Under npm one Ctrl+C arrives twice, from the terminal and from npm, within this time in ms. */
const echoMs = 500

const listeners = new Set<Listener>()
let interrupted = false
let echoOver = false

/**
 * Handles Ctrl+C, TERM and HUP (a closed terminal or connection); to be called first. The first signal ends running work
 * in an orderly way. A second Ctrl+C ends the process at once; TERM and HUP do not, since shells and service managers
 * send them twice.
 */
export function listenForInterrupts(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const ignored = signal === 'SIGHUP' && startedByNohup()
    process.on(signal, () => {
      if (!ignored) onSignal(signal)
    })
  }
}

/** Calls `once` when the command is interrupted. Answers a function that removes the listener. */
export function onInterrupt(once: () => void, lost?: string): () => void {
  const listener = { once, lost }
  listeners.add(listener)
  if (interrupted) once()
  return () => {
    listeners.delete(listener)
  }
}

export const wasInterrupted = (): boolean => interrupted

/** @throws Interrupted after an interrupt, also one that arrived while native code blocked this thread */
export async function checkInterrupted(): Promise<void> {
  // Signals are handled in the event loop's poll phase; one turn may miss it.
  await nextTurn()
  await nextTurn()
  if (interrupted) throw new Interrupted()
}

function onSignal(signal: NodeJS.Signals): void {
  if (interrupted) {
    if (signal === 'SIGINT' && echoOver) stopAtOnce()
    return
  }
  interrupted = true
  // Through the check phase, so that a repeated signal that waited behind a long step is handled first.
  setTimeout(() => setImmediate(() => (echoOver = true)), echoMs).unref()
  if (listeners.size === 0) say('Stopping …')
  for (const { once } of [...listeners]) once()
}

function stopAtOnce(): never {
  const lost = [...listeners].map((listener) => listener.lost).find((words) => words !== undefined)
  try {
    writeSync(process.stderr.fd, `\nStopped at once${lost === undefined ? '' : `; ${lost}`}.\n`)
  } catch {
    // stderr is closed.
  }
  process.exit(1)
}

/**
 * Whether `nohup` started this process. Node forgets that HUP was ignored, but nohup leaves two other traces on Linux:
 * a stdin that can only be written, where it was a terminal, and the file it makes for stdout.
 */
function startedByNohup(): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1] ?? '0'
    const writeOnly = (Number.parseInt(flags, 8) & 3) === 1
    return writeOnly || readlinkSync('/proc/self/fd/1').endsWith('/nohup.out')
  } catch {
    return false
  }
}
