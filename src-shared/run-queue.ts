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

/** What trains one run at a time: a device of this computer, or a target. */
export interface Lane {
  /** Seconds until it is free; null where that is not known. */
  busySeconds: number | null
  /** Id of the run that it trains. */
  live: string | null
}

/**
 * When each queued run is expected to start, in ms since 1970, if each takes its turn as soon as it may; null where
 * nothing tells: behind a run of unknown length, or after one that is not queued.
 * @param options.lanes those of this computer, as null, and of targets; of one that is left out one is free
 */
export function expectedStarts(
  entries: readonly QueueEntry[],
  { now, lanes }: { now: number; lanes: ReadonlyMap<string | null, readonly Lane[]> },
): Map<string, number | null> {
  const starts = new Map<string, number | null>()
  /** When runs end: those in training, and those that are planned. */
  const ends = new Map<string, number | null>()
  /** When each lane is free. */
  const free = new Map<string | null, (number | null)[]>()
  for (const [target, some] of lanes)
    for (const { busySeconds, live } of some) {
      const at = busySeconds === null ? null : now + 1000 * busySeconds
      free.set(target, [...(free.get(target) ?? []), at])
      if (live !== null) ends.set(live, at)
    }
  const freeAt = (target: string | null): number | null => {
    const known = (free.get(target) ?? [now]).filter((at) => at !== null)
    return known.length === 0 ? null : Math.min(...known)
  }
  const takeLane = (target: string | null, until: number | null) => {
    const present = free.get(target) ?? [now]
    free.set(target, present.toSpliced(Math.max(0, present.indexOf(freeAt(target))), 1, until))
  }
  const mayStart = ({ startAt, after }: QueueEntry): number | null => {
    const ended = after === null ? 0 : (ends.get(after) ?? null)
    return ended === null ? null : Math.max(startAt ?? 0, ended)
  }
  const startOf = (entry: QueueEntry): number | null => {
    const [at, from] = [freeAt(entry.target), mayStart(entry)]
    return at === null || from === null ? null : Math.max(at, from)
  }
  const soonest = (some: readonly QueueEntry[], of: (entry: QueueEntry) => number | null) =>
    [...some].sort((a, b) => (of(a) ?? Infinity) - (of(b) ?? Infinity))[0]
  /** The one that a lane takes next. */
  const nextOf = (target: string | null, some: readonly QueueEntry[]) => {
    const at = freeAt(target)
    return some.find((entry) => at !== null && (mayStart(entry) ?? Infinity) <= at) ?? soonest(some, mayStart)
  }
  let left = [...entries]
  while (left.length > 0) {
    const targets = [...new Set(left.map(({ target }) => target))]
    const next = targets.flatMap(
      (target) =>
        nextOf(
          target,
          left.filter((entry) => entry.target === target),
        ) ?? [],
    )
    // In the order of time, so that the end is known of what others wait for.
    const entry = soonest(next, startOf)
    if (!entry) break
    const start = startOf(entry)
    starts.set(entry.runId, start)
    const end = start === null || entry.seconds === null ? null : start + 1000 * entry.seconds
    takeLane(entry.target, end)
    ends.set(entry.runId, end)
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
