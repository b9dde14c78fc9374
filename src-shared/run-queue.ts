import { hasEnded } from '#shared/run-status.ts'
import type { QueueCondition, QueueEntry } from '#shared/schemas/queue.ts'
import type { RunStatus } from '#shared/schemas/run.ts'

/** Whether a run that others wait for is out of the way: it ended, failed, or is not there any more. */
export const isOver = (status: RunStatus | null): boolean =>
  status === null || status === 'failed' || hasEnded({ status })

/**
 * Whether a queued run may start, its turn aside.
 * @param options.afterStatus status of the run that it waits for; null without one
 */
export function isDue(
  { startAt }: QueueCondition,
  { now, held, afterStatus }: { now: number; held: boolean; afterStatus: RunStatus | null },
): boolean {
  // A time is the user's word for this one run, whatever was paused since.
  if (startAt === null ? held : startAt > now) return false
  return isOver(afterStatus)
}

/**
 * When each queued run is expected to start, in ms since 1970, if each takes its turn as soon as it may; null where
 * nothing tells: behind a run of unknown length, or after one that is not queued.
 * @param options.busySeconds until the device is free; null where that is not known
 */
export function expectedStarts(
  entries: readonly QueueEntry[],
  { now, busySeconds, live }: { now: number; busySeconds: number | null; live: string | null },
): Map<string, number | null> {
  const starts = new Map<string, number | null>()
  /** When runs end: the one in training, and those that are planned. */
  const ends = new Map<string, number | null>()
  let free: number | null = busySeconds === null ? null : now + 1000 * busySeconds
  if (live !== null) ends.set(live, free)
  let left = [...entries]
  while (left.length > 0) {
    const mayStart = ({ startAt, after }: QueueEntry): number | null => {
      const ended = after === null ? 0 : (ends.get(after) ?? null)
      return ended === null ? null : Math.max(startAt ?? 0, ended)
    }
    const at: number | null = free
    const ready = left.find((entry) => at !== null && (mayStart(entry) ?? Infinity) <= at)
    const soonest = [...left].sort((a, b) => (mayStart(a) ?? Infinity) - (mayStart(b) ?? Infinity))[0]
    const entry = ready ?? soonest
    if (!entry) break
    const from = mayStart(entry)
    const start: number | null = at === null || from === null ? null : Math.max(at, from)
    starts.set(entry.runId, start)
    free = start === null || entry.seconds === null ? null : start + 1000 * entry.seconds
    ends.set(entry.runId, free)
    left = left.filter((other) => other !== entry)
  }
  return starts
}

/** Whether a run would wait for itself, by way of others, if it was to start after `after`. */
export function wouldWaitForItself(
  entries: readonly Pick<QueueEntry, 'runId' | 'after'>[],
  runId: string,
  after: string | null,
): boolean {
  const waitsFor = new Map(entries.map((entry) => [entry.runId, entry.after]))
  const seen = new Set<string>()
  for (let id = after; id !== null && !seen.has(id); id = waitsFor.get(id) ?? null) {
    if (id === runId) return true
    seen.add(id)
  }
  return false
}
