import { setTimeout as delay } from 'node:timers/promises'
import type { Guard } from '../guard.ts'

/** How long each part of quitting is waited for; the end of a session leaves a minute and a half. */
const pauseMs = 60_000
const shutDownMs = 15_000
const leaveMs = 5000

export interface Quitter {
  /** Whether everything is saved and ended, so that the window may go. */
  mayClose: () => boolean
  /** Asks if a run is in training, then ends. */
  close: () => void
  /** Writes a checkpoint, ends and quits without asking; a second call no longer waits for the checkpoint. */
  end: () => void
}

/** The order of quitting: ask, write a checkpoint, end the processes, quit. No part of it can keep the app open. */
export function createQuitter(options: {
  guard: Guard
  running: () => readonly { name: string }[]
  /** Whether the runs in training may be ended. */
  ask: (running: readonly { name: string }[]) => Promise<boolean>
  /** After the present runs none is begun. */
  beginNoOther: () => void
  /** Writes checkpoints and ends training. */
  pause: () => Promise<unknown>
  shutDown: () => Promise<void>
  leave: () => void
  /** Ends the app whatever still prevents it, such as an open dialog. */
  leaveNow: () => void
  times?: { pauseMs?: number; shutDownMs?: number; leaveMs?: number }
}): Quitter {
  const { guard, running, ask, beginNoOther, pause, shutDown, leave, leaveNow } = options
  const times = { pauseMs, shutDownMs, leaveMs, ...options.times }
  let state: 'open' | 'asking' | 'closing' | 'closed' = 'open'
  const impatience = new AbortController()

  async function close(): Promise<void> {
    if (state !== 'open') return
    const runs = running()
    if (runs.length > 0) {
      state = 'asking'
      // When it cannot be asked, saving is what loses nothing.
      const mayEnd = await ask(runs).catch(() => true)
      // A signal may have come while the question was open.
      if ((state as string) !== 'asking') return
      state = 'open'
      if (!mayEnd) return
    }
    await end()
  }

  async function end(): Promise<void> {
    if (state === 'closing') impatience.abort()
    if (state === 'closing' || state === 'closed') return
    state = 'closing'
    guard.wrap('quitting', beginNoOther)()
    if (running().length > 0) await within(times.pauseMs, pause, impatience.signal)
    await within(times.shutDownMs, shutDown)
    state = 'closed'
    // Electron ignores a quit from within the close that is being prevented.
    setImmediate(guard.wrap('quitting', leave))
    setTimeout(guard.wrap('quitting', leaveNow), times.leaveMs).unref()
  }

  /** Waits for a task, but not longer; a failure is reported and does not keep the app open. */
  async function within(ms: number, task: () => Promise<unknown>, signal?: AbortSignal): Promise<void> {
    const over = new AbortController()
    const impatient = signal ? AbortSignal.any([over.signal, signal]) : over.signal
    const done = Promise.resolve().then(task)
    guard.watch('quitting', done)
    await Promise.race([done, delay(ms, undefined, { signal: impatient })]).catch(() => undefined)
    over.abort()
  }

  return {
    mayClose: () => state === 'closed',
    close: () => guard.watch('quitting', close()),
    end: () => guard.watch('quitting', end()),
  }
}
