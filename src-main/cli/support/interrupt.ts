import { readFileSync, readlinkSync, writeSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { say } from './output.ts'

/** The command was told to end, and what was done is safe. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** What a long piece of work does when the command is told to end. */
interface Listener {
  once: () => void
  /** What a second Ctrl+C loses, for its message. */
  lost?: string | undefined
}

/** One press of Ctrl+C arrives twice under npm, which passes on what the terminal has sent already, in ms. */
const echoMs = 500

const listeners = new Set<Listener>()
let interrupted = false
let echoOver = false

/**
 * Takes Ctrl+C, TERM and HUP (a terminal or a connection that is closed) for this process; to be called first of all.
 * The first one ends what is under way in good order. Ctrl+C again ends the process at once; TERM and HUP do not, since
 * shells and service managers send them twice.
 */
export function listenForInterrupts(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const ignored = signal === 'SIGHUP' && startedByNohup()
    process.on(signal, () => {
      if (!ignored) heard(signal)
    })
  }
}

/** Calls `once` when the command is told to end. Answers the way to stop listening. */
export function onInterrupt(once: () => void, lost?: string): () => void {
  const listener = { once, lost }
  listeners.add(listener)
  if (interrupted) once()
  return () => {
    listeners.delete(listener)
  }
}

export const wasInterrupted = (): boolean => interrupted

/** @throws Interrupted when the command was told to end, also while native code kept this thread from hearing of it */
export async function checkInterrupted(): Promise<void> {
  // A signal is heard in the loop's poll phase, which one turn may just have left behind.
  await nextTurn()
  await nextTurn()
  if (interrupted) throw new Interrupted()
}

function heard(signal: NodeJS.Signals): void {
  if (interrupted) {
    if (signal === 'SIGINT' && echoOver) stopAtOnce()
    return
  }
  interrupted = true
  // By way of the check phase: an echo that waited behind a long step is heard before it.
  setTimeout(() => setImmediate(() => (echoOver = true)), echoMs).unref()
  if (listeners.size === 0) say('Stopping …')
  for (const { once } of [...listeners]) once()
}

function stopAtOnce(): never {
  const lost = [...listeners].map((listener) => listener.lost).find((words) => words !== undefined)
  try {
    writeSync(process.stderr.fd, `\nStopped at once${lost === undefined ? '' : `; ${lost}`}.\n`)
  } catch {
    // Nobody reads it.
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
