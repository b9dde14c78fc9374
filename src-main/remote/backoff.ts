import { setTimeout as delay } from 'node:timers/promises'
import { toFlowerbedError } from '#shared/errors.ts'

const longestMs = 60_000

/** 1 s, doubled with each failure in a row up to a minute. */
const backoffMs = (failures: number): number => Math.min(longestMs, 1000 * 2 ** Math.min(failures, 10))

/** Waits before the next attempt; ends early, without an error, by the signal. */
export async function waitBackoff(
  failures: number,
  signal: AbortSignal,
  ms: (failures: number) => number = backoffMs,
): Promise<void> {
  await delay(ms(failures), undefined, { signal }).catch(() => undefined)
}

/** A promise that rejects at once by the signal, whatever becomes of the work. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(toFlowerbedError(signal.reason))
  })
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
