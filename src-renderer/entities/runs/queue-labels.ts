import { formatDuration } from '#shared/format.ts'
import type { QueueEntry } from '#shared/schemas/queue.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { dateLocale, t } from '../../i18n.ts'

/** A queued run as it is shown. */
export interface QueuedRun extends QueueEntry {
  run: RunRecord
  /** 1 for the first. */
  position: number
  /** 1 for the first of its target, or of this computer. */
  turn: number
  /** When it is expected to start, in ms since 1970; null where nothing tells. */
  start: number | null
}

/** “14:30”, with the day where it is not today's. */
export function timeLabel(at: number, now: number): string {
  const [date, today] = [new Date(at), new Date(now)]
  const time = { hour: '2-digit', minute: '2-digit' } as const
  if (date.toDateString() === today.toDateString()) return date.toLocaleTimeString(dateLocale(), time)
  const isSoon = Math.abs(at - now) < 6 * 24 * 3600 * 1000
  const day = isSoon ? ({ weekday: 'short' } as const) : ({ day: 'numeric', month: 'short' } as const)
  return date.toLocaleString(dateLocale(), { ...day, ...time })
}

/** When a queued run starts, as far as that can be said. */
export function startLabel(
  { start, startAt, after, turn, target, reason }: QueuedRun,
  { now, held, nameOf }: { now: number; held: boolean; nameOf: (runId: string) => string | undefined },
): string {
  const afterName = after === null ? undefined : nameOf(after)
  if (afterName !== undefined) return t('queue.starts.after', { name: afterName })
  if (startAt !== null && startAt > now && (start === null || start <= startAt + 60_000))
    return t('queue.starts.notBefore', { time: timeLabel(startAt, now) })
  if (target !== null && reason !== null) return t('queue.starts.waits', { target })
  if (held && startAt === null) return t('queue.starts.held')
  if (start === null) return t(turn === 1 ? 'queue.starts.soon' : 'queue.starts.unknown')
  return t('queue.starts.at', { time: timeLabel(start, now) })
}

/** How long a queued run takes. */
export const lengthLabel = ({ seconds }: QueuedRun): string =>
  seconds === null ? t('queue.row.lengthUnknown') : t('queue.row.length', { time: formatDuration(seconds) })
