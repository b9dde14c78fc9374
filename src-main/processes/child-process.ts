import { setTimeout as delay } from 'node:timers/promises'
import type { Channel } from './rpc.ts'

/** A process that was started, whichever way; `ended` also resolves for one that could not be started. */
export interface HostProcess {
  readonly channel: Channel
  /** Undefined until it has come up. */
  readonly pid: number | undefined
  readonly spawned: Promise<void>
  /** Resolves with its exit code; null where there is none. */
  readonly ended: Promise<number | null>
  /** Asks it to end; one that is busy in native code does not hear that. */
  kill: () => void
}

/** A process that is not up after this long will not come. */
export const startMs = 60_000
/** How long each way to end a process is waited for. */
const patienceMs = 3000

/** Ends a process, in the end by force. Resolves when it has ended, or when nothing more can be done. */
export async function endForCertain(process: HostProcess, { patience = patienceMs } = {}): Promise<void> {
  const { spawned, ended } = process
  const within = (ms: number, ...others: Promise<unknown>[]) =>
    Promise.race([
      ended.then(() => true),
      ...others.map((other) => other.then(() => false)),
      delay(ms, false),
    ])
  // One that has not come up yet cannot be ended.
  if (process.pid === undefined && (await within(patience, spawned))) return
  process.kill()
  if (await within(patience)) return
  if (process.pid === undefined) return
  killByForce(process.pid)
  await within(patience)
}

function killByForce(pid: number): void {
  try {
    globalThis.process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended in this moment.
  }
}
