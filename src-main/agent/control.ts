import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { controlRequestSchema } from '#shared/remote/protocol.ts'
import type { ControlRequest, RunStatusThere } from '#shared/remote/protocol.ts'
import { runConfigSchema } from '#shared/schemas/run-config.ts'
import { withLock } from '../files/lock.ts'
import { removeBelow } from '../files/removal.ts'
import { resultAtCheckpoint } from './checkpoints.ts'
import { leaveControl } from './control-files.ts'
import { readJob, readRequest } from './job-file.ts'
import { Journal } from './journal.ts'
import { cancelJob } from './launchers.ts'
import { journalPath, lockPath } from './run-folder.ts'
import type { RunFolder } from './run-folder.ts'
import { jobState, runStatus } from './status.ts'

/**
 * `agent control`: leaves a request for the process that trains a run. A job that still waits is taken out of its queue
 * by `pause` and `stop`; where nothing trains the run, nothing is left, and the answer says so.
 * @throws FlowerbedError `bad-input` for settings that do not hold
 */
export async function control(run: RunFolder, input: unknown): Promise<RunStatusThere> {
  const request = controlRequestSchema.parse(input)
  await checkLimits(run, request)
  const { launchId, job } = await jobState(run)
  if (launchId !== null && job.state === 'queued' && request.kind !== 'extend') await leaveQueue(run, request)
  else if (launchId !== null && (job.state === 'running' || job.state === 'queued'))
    await leaveControl(run, { launchId, request })
  return await runStatus(run)
}

async function checkLimits(run: RunFolder, request: ControlRequest): Promise<void> {
  if (request.kind !== 'extend') return
  const launched = await readRequest(run)
  if (launched) runConfigSchema.parse({ ...launched.config, ...request.limits })
}

/** Ends a job before it has begun, or in the moment when it begins; the journal is ours then. */
async function leaveQueue(
  run: RunFolder,
  { kind }: Exclude<ControlRequest, { kind: 'extend' }>,
): Promise<void> {
  await withLock(lockPath(run), {}, async () => {
    const record = await readJob(run)
    const { job } = await jobState(run)
    if (!record || (job.state !== 'queued' && job.state !== 'running')) return
    await cancelJob(run, record)
    if ((await jobState(run)).job.state === 'ended') return
    const journal = await Journal.open(journalPath(run), { launchId: record.launchId })
    try {
      journal.append({ ended: await resultAtCheckpoint(run, kind === 'pause' ? 'paused' : 'stopped') })
      await journal.flush()
    } finally {
      await journal.close()
    }
  })
}

/**
 * `agent remove`: deletes all of a run.
 * @throws FlowerbedError `conflict` while it is trained, or waits to be
 */
export async function removeRun(run: RunFolder): Promise<RunStatusThere> {
  return await withLock(lockPath(run), {}, async () => {
    const { state } = (await jobState(run)).job
    if (state === 'running' || state === 'queued')
      throw new FlowerbedError('conflict', errorText('agent.inTraining'), { where: run.runId })
    await removeBelow(run.folder, run.path)
    return await runStatus(run)
  })
}
