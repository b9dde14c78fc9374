import { setTimeout as delay } from 'node:timers/promises'
import type { Channel } from './rpc.ts'

/** A process, however it was started; `ended` also resolves for one that could not be started. */
export interface ChildProcess {
  readonly channel: Channel
  /** Undefined until it has come up. */
  readonly pid: number | undefined
  readonly spawned: Promise<void>
  /** Resolves with its exit code; null where there is none. */
  readonly ended: Promise<number | null>
  /** Asks it to end; one that is busy in native code does not react to that. */
  kill: () => void
}

/** How long each method of ending a process is waited for. */
const graceMs = 3000

/** Ends a process, in the end by force. Resolves when it has ended, or when nothing more can be done. */
export async function endProcess(child: ChildProcess, grace = graceMs): Promise<void> {
  const { spawned, ended } = child
  const within = async (ms: number, ...others: Promise<unknown>[]) => {
    // A timer that is left would keep this process from ending.
    const over = new AbortController()
    try {
      return await Promise.race([
        ended.then(() => true),
        ...others.map((other) => other.then(() => false)),
        delay(ms, false, { signal: over.signal }),
      ])
    } finally {
      over.abort()
    }
  }
  // One that has not come up yet cannot be ended.
  if (child.pid === undefined && (await within(grace, spawned))) return
  child.kill()
  if (await within(grace)) return
  if (child.pid === undefined) return
  killByForce(child.pid)
  await within(grace)
}

function killByForce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended just now.
  }
}
