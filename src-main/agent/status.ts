import { protocolVersion } from '#shared/remote/protocol.ts'
import type { JobState, JournalEntry, RunStatusThere } from '#shared/remote/protocol.ts'
import { foundCheckpoints } from './checkpoints.ts'
import { readJob } from './job-file.ts'
import { readEnd } from './journal-reader.ts'
import { stateOfJob } from './launchers.ts'
import { journalPath } from './run-folder.ts'
import type { RunFolder } from './run-folder.ts'

/** Where the launch of a run stands, by its journal and by whoever trains it. */
export async function jobState(run: RunFolder): Promise<{ launchId: string | null; job: JobState }> {
  const record = await readJob(run)
  if (!record) return { launchId: null, job: { state: 'absent' } }
  const { launchId } = record
  // In this order: it may end between the two.
  const job = await stateOfJob(run, record)
  const { last } = await readEnd(journalPath(run))
  return { launchId, job: last && hasEnded(last, launchId) ? { state: 'ended' } : job }
}

/** Whether an entry is the last one of a launch. */
export const hasEnded = (entry: JournalEntry, launchId: string | null): boolean =>
  entry.launchId === launchId && ('ended' in entry || 'failed' in entry)

/** @throws any error for files of the run that are not what was written */
export async function runStatus(run: RunFolder): Promise<RunStatusThere> {
  const { launchId, job } = await jobState(run)
  const [{ bytes }, [newest]] = await Promise.all([readEnd(journalPath(run)), foundCheckpoints(run)])
  const { file, sha256, step } = newest ?? {}
  return {
    protocol: protocolVersion,
    launchId,
    job,
    journalBytes: bytes,
    checkpoint:
      file !== undefined && sha256 !== undefined && step !== undefined ? { file, sha256, step } : null,
  }
}
