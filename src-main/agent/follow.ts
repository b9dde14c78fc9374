import { setTimeout as delay } from 'node:timers/promises'
import type { FollowLine, JobState, JournalEntry } from '#shared/remote/protocol.ts'
import { readJournal } from './journal-reader.ts'
import { journalPath } from './run-folder.ts'
import type { RunFolder } from './run-folder.ts'
import { hasEnded, jobState } from './status.ts'

/** How often the journal is read, whether something trains is asked, and a sign of life given. */
export interface FollowIntervals {
  readMs: number
  aliveMs: number
}
const usualIntervals: FollowIntervals = { readMs: 250, aliveMs: 5000 }

/**
 * `agent follow`: says the entries of a journal from an offset on as they are written, and every few seconds that it is there.
 * Ends, with where the job stands, when the launch has ended and all was said, or when nothing trains it any more.
 * @throws FlowerbedError `corrupt` where no entry begins at the offset
 */
export async function follow(
  run: RunFolder,
  options: { offset: number; say: (line: FollowLine) => Promise<void>; intervals?: FollowIntervals },
): Promise<void> {
  const { say, intervals = usualIntervals } = options
  let offset = options.offset
  let last: JournalEntry | null = null
  /** Says what is new; whether the launch has ended with it. */
  const sayNew = async (): Promise<void> => {
    for await (const line of readJournal(journalPath(run), offset)) {
      await say(line)
      offset = line.offset
      last = line.entry
    }
  }
  for (let aliveAt = -Infinity; ;) {
    await sayNew()
    const isDue = performance.now() - aliveAt >= intervals.aliveMs
    if (isDue || endsLaunch(last)) {
      const { launchId, job } = await jobState(run)
      const isOver = job.state !== 'running' && job.state !== 'queued'
      // It may have written something since.
      if (isOver) await sayNew()
      if (isOver || isDue) await say({ alive: true, job: endOf({ last, launchId, job }) })
      if (isOver) return
      aliveAt = performance.now()
    }
    await delay(intervals.readMs)
  }
}

const endsLaunch = (entry: JournalEntry | null): boolean =>
  entry !== null && ('ended' in entry || 'failed' in entry)

/** One that has ended between the two looks. */
const endOf = (found: { last: JournalEntry | null; launchId: string | null; job: JobState }): JobState =>
  found.last && hasEnded(found.last, found.launchId) ? { state: 'ended' } : found.job
