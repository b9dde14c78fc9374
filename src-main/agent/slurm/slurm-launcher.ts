import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { hostname } from 'node:os'
import { desktopText } from '#shared/desktop-text.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { JobState, LaunchRequest } from '#shared/remote/protocol.ts'
import { slurmOptionsSchema } from '#shared/remote/target.ts'
import type { SlurmOptions } from '#shared/remote/target.ts'
import type { JobRecordOf, Launcher } from '../launcher.ts'
import { logPath } from '../run-folder.ts'
import type { RunFolder } from '../run-folder.ts'
import { exitInWords, jobStateOf } from './job-info.ts'
import { jobScript } from './job-script.ts'
import { launchedJob, partitionsOf, positionOf, readJobInfo } from './queue.ts'
import { isForever } from './reasons.ts'
import { slurmCommand } from './slurm-command.ts'
import { neverError, submitError } from './submit-errors.ts'

type SlurmJob = JobRecordOf<'slurm'>

/** The script of the run's job, for the user to read. */
const scriptPath = ({ path }: RunFolder) => join(path, 'job.sh')
/** Made by the training to have its job requeued. */
const requeuePath = ({ path }: RunFolder) => join(path, 'requeue')
/** Exit status of a training that was not requeued: Slurm forgets jobs after some minutes. */
const exitPath = ({ path }: RunFolder) => join(path, 'exit-status')

/** Slurm gives a job this long to end by default, KillWait, and somewhat more to be cleaned up. */
const longestCancelMs = 90_000
/** Who asks where a job stands waits no longer than this; Slurm's commands ask a silent controller for much longer. */
const patienceMs = 5000

/**
 * Trains in jobs of Slurm. At its time limit a job makes a checkpoint and is requeued; Slurm itself requeues it when another
 * job takes its place or its node fails.
 * @param commandOf the words that execute `agent run RUN`, on any node
 */
export function createSlurmLauncher(commandOf: (run: RunFolder) => string[]): Launcher<'slurm'> {
  return {
    start: async (run, request) => ({
      kind: 'slurm',
      launchId: request.launchId,
      jobId: await submit(run, { request, command: commandOf(run) }),
    }),
    state: (run, job) => stateOf(run, job),
    cancel: (_run, job) => cancel(job.jobId),
    interrupted: (run, job, signal) => interrupted(run, job, signal),
  }
}

async function submit(
  run: RunFolder,
  { request, command }: { request: LaunchRequest; command: string[] },
): Promise<string> {
  const { launchId } = request
  const slurm = request.slurm ?? slurmOptionsSchema.parse({})
  const name = `flowerbed-${run.runId}`
  // Whoever submitted it may have been ended before it could say so.
  const known = await launchedJob(name, launchId)
  if (known !== null) return known
  const script = jobScript({
    ...{ slurm, name, launchId, command },
    folder: run.path,
    log: logPath(run),
    requeueFile: requeuePath(run),
    exitFile: exitPath(run),
  })
  await writeFile(scriptPath(run), script)
  await chmod(scriptPath(run), 0o755)
  const answer = await slurmCommand('sbatch', ['--parsable', scriptPath(run)], {
    env: withoutDefaults(slurm),
  })
  const [jobId = ''] = answer.stdout.trim().split(';')
  if (!answer.ok || !/^\d+$/.test(jobId)) {
    throw submitError(answer.stderr || answer.stdout, slurm, await partitionsOf())
  }
  await refuseForever(jobId, slurm)
  return jobId
}

/** Slurm also takes jobs that can never start, and lets them wait. */
async function refuseForever(jobId: string, slurm: SlurmOptions): Promise<void> {
  const info = await readJobInfo(jobId).catch(() => null)
  if (info?.state !== 'PENDING' || !isForever(info.waitsFor)) return
  const partitions = await partitionsOf()
  await slurmCommand('scancel', [jobId])
  throw neverError(
    info.waitsFor,
    { ...slurm, partition: slurm.partition ?? info.partition ?? '' },
    partitions,
  )
}

/** Variables of sbatch go before the directives of a script: those are removed that the options say. */
function withoutDefaults({ partition, account, minutes, gpus, cpus, memoryMiB }: SlurmOptions) {
  const names = [
    ...['SBATCH_JOB_NAME', 'SBATCH_COMMENT', 'SBATCH_SIGNAL', 'SBATCH_REQUEUE', 'SBATCH_NO_REQUEUE'],
    ...['SBATCH_OPEN_MODE', 'SBATCH_OUTPUT', 'SBATCH_EXPORT'],
    ...(partition === undefined ? [] : ['SBATCH_PARTITION']),
    ...(account === undefined ? [] : ['SBATCH_ACCOUNT']),
    ...(minutes === undefined ? [] : ['SBATCH_TIMELIMIT']),
    ...(gpus === 0 ? [] : ['SBATCH_GRES', 'SBATCH_GPUS', 'SBATCH_GPUS_PER_NODE']),
    ...(cpus === undefined ? [] : ['SBATCH_CPUS_PER_TASK', 'SLURM_CPUS_PER_TASK']),
    ...(memoryMiB === undefined ? [] : ['SBATCH_MEM_PER_NODE', 'SBATCH_MEM_PER_CPU', 'SBATCH_MEM_PER_GPU']),
  ]
  return Object.fromEntries(names.map((name) => [name, undefined]))
}

async function stateOf(run: RunFolder, job: SlurmJob): Promise<JobState> {
  const { jobId } = job
  const pid = job.process?.pid ?? null
  let info
  try {
    info = await readJobInfo(jobId, { timeoutMs: patienceMs })
  } catch {
    // Jobs go on while the controller restarts: what was known last holds until it answers.
    return job.process
      ? { state: 'running', pid, jobId, node: job.process.host.replace(/#.*$/, '') }
      : { state: 'queued', jobId, reason: desktopText('slurm.reason.silent'), position: null }
  }
  if (!info) return { state: 'lost', reason: await forgottenReason(run, jobId) }
  const position = info.state === 'PENDING' ? await positionOf(info).catch(() => null) : null
  return jobStateOf(info, { pid, position })
}

async function forgottenReason(run: RunFolder, jobId: string): Promise<string> {
  const status = await readFile(exitPath(run), 'utf8').catch(() => '')
  return status.trim() === ''
    ? desktopText('slurm.lost.unknown', { job: jobId })
    : exitInWords(jobId, { status: Number(status), signal: 0 })
}

async function cancel(jobId: string): Promise<void> {
  const until = performance.now() + longestCancelMs
  await slurmCommand('scancel', [jobId])
  for (;;) {
    const info = await readJobInfo(jobId, { timeoutMs: patienceMs })
    const state = info ? jobStateOf(info, { pid: null, position: null }).state : 'absent'
    if (state !== 'running' && state !== 'queued') return
    if (performance.now() > until) {
      throw new FlowerbedError(
        'unavailable',
        errorText('slurm.notCancelled', { job: jobId, host: hostname() }),
      )
    }
    await delay(250)
  }
}

/**
 * The time limit is told by USR1: the script requeues the job. TERM is told by Slurm when it takes the job away, to
 * requeue it or to end it.
 */
async function interrupted(
  run: RunFolder,
  { jobId }: SlurmJob,
  signal: 'SIGTERM' | 'SIGINT' | 'SIGUSR1',
): Promise<JobState | null> {
  const queued: JobState = {
    state: 'queued',
    jobId,
    reason: desktopText('slurm.reason.requeued'),
    position: null,
  }
  if (signal === 'SIGUSR1') {
    await writeFile(requeuePath(run), jobId)
    return queued
  }
  const info = await readJobInfo(jobId).catch(() => null)
  const restarts = Number(process.env['SLURM_RESTART_COUNT'] ?? 0)
  return info !== null && info.restarts > restarts ? queued : null
}
