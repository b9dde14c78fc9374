import { setTimeout as delay } from 'node:timers/promises'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { thisProcess } from '../files/process-identity.ts'
import { readJob, writeJob } from './job-file.ts'
import type { JobRecord } from './launcher.ts'
import type { RunFolder } from './run-folder.ts'

const pollMs = 100

/**
 * Waits until `job.json` says that this process trains the launch, or the job that this process is of, and answers it. So a
 * process whose launch was given up, or that another one was started instead of, never trains.
 * @throws FlowerbedError `conflict`
 */
export async function ownJob(
  run: RunFolder,
  options: {
    launchId: string
    /** Whether it was started over a channel, by a process that ends once the job is written down. */
    hasLauncher: boolean
    timeoutMs?: number
  },
): Promise<JobRecord> {
  const { launchId, hasLauncher, timeoutMs = 60_000 } = options
  const until = performance.now() + timeoutMs
  for (;;) {
    // Before the file is read: who started this process writes it, then ends.
    const isLast = (hasLauncher && !process.connected) || performance.now() > until
    const job = await readJob(run)
    if (job?.launchId === launchId && isThis(job)) return await withProcess(run, job)
    if (isLast) throw new FlowerbedError('conflict', errorText('agent.notOurs'), { where: run.runId })
    await delay(pollMs)
  }
}

function isThis(job: JobRecord): boolean {
  if (job.kind === 'slurm') return job.jobId === process.env['SLURM_JOB_ID']
  const { pid, startedAt, host } = thisProcess()
  return job.process.pid === pid && job.process.startedAt === startedAt && job.process.host === host
}

/** A job of a scheduler is told by which process it is carried out. */
async function withProcess(run: RunFolder, job: JobRecord): Promise<JobRecord> {
  if (job.kind === 'process') return job
  const started = { ...job, process: thisProcess() }
  await writeJob(run, started)
  return started
}
