import { desktopText } from '#shared/desktop-text.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { Notice } from '#shared/ipc.ts'
import type { Logger } from './log.ts'

/** The user is notified of the same fault again only after this long. */
const quietMs = 10 * 60_000
/** At most this many notices of different faults within `quietMs`; the log has the rest. */
const noticesAtMost = 8

/** What of Node's `process` the guard listens to. */
interface FaultSource {
  on: (event: 'uncaughtException' | 'unhandledRejection', listener: (thrown: unknown) => void) => unknown
}

/** Keeps what handlers throw from ending the app: logged, shown once, and not thrown on. */
export interface Guard {
  /** A handler that never throws; `what` names it in the log. */
  wrap: <A extends unknown[]>(what: string, handler: (...args: A) => unknown) => (...args: A) => void
  /** Follows a promise that nobody awaits. */
  watch: (what: string, promise: PromiseLike<unknown>) => void
  /** Logs a fault and notifies the window, of each kind once in ten minutes. */
  report: (what: string, thrown: unknown) => void
  /** The last resort, instead of Electron's error box, which stops everything behind it. */
  listenTo: (source: FaultSource) => void
}

/** @param options.notify shows a notice to the user; may fail */
export function createGuard(options: {
  notify: (notice: Notice) => void
  log: Pick<Logger, 'error'>
  now?: () => number
}): Guard {
  const { notify, log, now = Date.now } = options
  const notifiedAt = new Map<string, number>()
  const loggedAt = new Map<string, number>()

  /** Whether this is news; forgets what is old. */
  function isNews(seen: Map<string, number>, key: string, atMost: number): boolean {
    const time = now()
    for (const [known, at] of seen) if (time - at >= quietMs) seen.delete(known)
    if (seen.has(key) || seen.size >= atMost) return false
    seen.set(key, time)
    return true
  }

  function notifyOnce(notice: Notice): void {
    // There may be no window.
    if (isNews(notifiedAt, `${notice.level} ${notice.message}`, noticesAtMost)) quietly(() => notify(notice))
  }

  function report(what: string, thrown: unknown): void {
    const { kind, message, hint } = described(thrown)
    if (kind === 'cancelled') return
    const line = `${what}: ${message}`
    if (isNews(loggedAt, line, 1000)) quietly(() => log.error(line, thrown))
    notifyOnce({
      level: 'error',
      message: desktopText('notice.fault', { what, message }),
      hint: hint ?? desktopText('notice.faultHint'),
    })
  }

  const watch = (what: string, promise: PromiseLike<unknown>): void =>
    void promise.then(undefined, (thrown: unknown) => report(what, thrown))

  return {
    wrap:
      (what, handler) =>
      (...args) => {
        try {
          const answer = handler(...args)
          if (isPromiseLike(answer)) watch(what, answer)
        } catch (thrown) {
          report(what, thrown)
        }
      },
    watch,
    report,
    listenTo: (source) => {
      source.on('uncaughtException', (thrown) => report('unexpected', thrown))
      source.on('unhandledRejection', (thrown) => report('unexpected', thrown))
    },
  }
}

/** Any thrown value as an error, also one that cannot be looked at. */
function described(thrown: unknown): FlowerbedError {
  try {
    return toFlowerbedError(thrown)
  } catch {
    return new FlowerbedError('internal', errorText('process.unknownError'))
  }
}

/** For what is done about a fault: when that fails too, nothing is left to do. */
function quietly(task: () => void): void {
  try {
    task()
  } catch {
    return
  }
}

const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
