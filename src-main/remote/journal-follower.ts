import type { EngineEvent, TrainResult } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { deserializeError, FlowerbedError } from '#shared/errors.ts'
import type { FollowLine, JobState, JournalEntry } from '#shared/remote/protocol.ts'
import type { AgentClient } from './agent-client.ts'
import { areSmall, filesOf } from './event-files.ts'

/** More lines than that are not held in memory: the connection is given up, and begins again where recording is. */
const linesAtMost = 5000
/** Events that have arrived together are stored together up to this many. */
const batchSize = 200

/** What is done with what a journal says, in its order. */
export interface JournalReader {
  runId: string
  launchId: string
  agent: Pick<AgentClient, 'follow'>
  /** Copies the files of events; false for each whose files are gone, so that it is left out. */
  fetchFiles: (events: readonly EngineEvent[]) => Promise<boolean[]>
  /** Stores events and the offset after them, all or nothing. */
  record: (events: EngineEvent[], offset: number) => Promise<void>
  /** The target says where the launch stands. */
  onJob: (job: JobState) => void
  signal: AbortSignal
}

/** How a launch has ended; `error` of kind `crashed` where nothing trains it any more. */
export type LaunchEnd = { result: TrainResult } | { error: FlowerbedError }

type Line = Extract<FollowLine, { offset: number }>

/**
 * Reads a journal from an offset on, over one connection. Each event is recorded once its files are here, together with the
 * offset behind it.
 * @returns how the launch has ended, or null where the connection ended before
 * @throws FlowerbedError what is wrong with the connection, not with the launch
 */
export async function readJournal(reader: JournalReader, offset: number): Promise<LaunchEnd | null> {
  const enough = new AbortController()
  const lines: FollowLine[] = []
  const news = new Signal()
  const connection = { isOver: false, isFull: false }
  const following = reader.agent
    .follow(reader.runId, {
      offset,
      signal: AbortSignal.any([reader.signal, enough.signal]),
      onLine: (line) => {
        lines.push(line)
        connection.isFull ||= lines.length > linesAtMost
        if (connection.isFull) enough.abort()
        news.raise()
      },
    })
    .finally(() => {
      connection.isOver = true
      news.raise()
    })
  // Awaited below; until then a failure waits for what has arrived before it.
  following.catch(() => undefined)
  try {
    for (;;) {
      const end = await handleAll(reader, lines)
      if (end) return end
      if (connection.isOver && lines.length === 0) break
      await news.wait()
    }
  } finally {
    enough.abort()
  }
  await following.catch((thrown: unknown) => {
    if (!connection.isFull || reader.signal.aborted) throw thrown
  })
  return null
}

/** Handles the lines that have arrived, oldest first. */
async function handleAll(reader: JournalReader, lines: FollowLine[]): Promise<LaunchEnd | null> {
  while (lines.length > 0) {
    reader.signal.throwIfAborted()
    const line = lines.shift()
    if (line === undefined) return null
    const end = 'alive' in line ? noteJob(reader, line.job) : await handleEntry(reader, line, lines)
    if (end) return end
  }
  return null
}

function noteJob({ onJob }: JournalReader, job: JobState): LaunchEnd | null {
  onJob(job)
  if (job.state !== 'lost') return null
  return { error: new FlowerbedError('crashed', errorText('remote.jobLost', { reason: job.reason })) }
}

async function handleEntry(
  reader: JournalReader,
  { entry, offset }: Line,
  later: FollowLine[],
): Promise<LaunchEnd | null> {
  const own = entry.launchId === reader.launchId
  // How it ended is recorded with the run: read again until then.
  if (own && 'ended' in entry) return { result: entry.ended }
  if (own && 'failed' in entry) return { error: deserializeError(entry.failed) }
  if (own && 'job' in entry) reader.onJob(entry.job)
  const event = eventOf(reader, entry)
  if (!event) await reader.record([], offset)
  else {
    const { batch, end } = takeBatch(reader, { event, offset, later })
    const withFiles = batch.filter((one) => filesOf(one).length > 0)
    const isHere = withFiles.length > 0 ? await reader.fetchFiles(withFiles) : []
    const gone = new Set(withFiles.filter((_, i) => isHere[i] !== true))
    await reader.record(newest(batch.filter((one) => !gone.has(one))), end)
  }
  return null
}

/** An event with those that have arrived behind it; one with large files is alone, so that what is before it is stored. */
function takeBatch(
  reader: JournalReader,
  { event, offset, later }: { event: EngineEvent; offset: number; later: FollowLine[] },
): { batch: EngineEvent[]; end: number } {
  const batch = [event]
  let end = offset
  while (areSmall(event) && batch.length < batchSize) {
    const next = later[0]
    const more = next && 'entry' in next ? eventOf(reader, next.entry) : null
    if (!next || !('entry' in next) || !more || !areSmall(more)) break
    batch.push(more)
    end = next.offset
    later.shift()
  }
  return { batch, end }
}

/** The event of an entry; null for another launch's, another run's and for entries without one. */
function eventOf({ launchId, runId }: JournalReader, entry: JournalEntry): EngineEvent | null {
  if (entry.launchId !== launchId || !('event' in entry)) return null
  const { event } = entry
  if ('runId' in event) return event.runId === runId ? event : null
  if ('record' in event) return event.record.runId === runId ? event : null
  return event.type === 'diagnostics' && event.diagnostics.runId === runId ? event : null
}

/** Without the progress that newer progress replaces. */
function newest(events: EngineEvent[]): EngineEvent[] {
  const last = events.findLastIndex(({ type }) => type === 'progress')
  return events.filter(({ type }, i) => type !== 'progress' || i === last)
}

/** Wakes one that waits; raised before, the next wait ends at once. */
class Signal {
  private isRaised = false
  private wake: () => void = () => undefined

  raise(): void {
    this.isRaised = true
    this.wake()
  }

  async wait(): Promise<void> {
    if (!this.isRaised) await new Promise<void>((resolve) => (this.wake = resolve))
    this.isRaised = false
  }
}
