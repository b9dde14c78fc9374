import { accountedFields, parseAccountedJob, parseShownJob } from './job-info.ts'
import type { JobInfo } from './job-info.ts'
import { slurmCommand } from './slurm-command.ts'
import { parsePartitions, partitionFields } from './submit-errors.ts'
import type { Partition } from './submit-errors.ts'

/**
 * What the controller knows of a job, or else the cluster's accounting; null where neither does.
 * @throws FlowerbedError `unavailable` where Slurm does not answer
 */
export async function readJobInfo(
  jobId: string,
  options: { timeoutMs?: number } = {},
): Promise<JobInfo | null> {
  const shown = await slurmCommand('scontrol', ['show', 'job', jobId, '--oneliner'], options)
  const info = shown.ok ? parseShownJob(shown.stdout) : null
  if (info) return info
  const format = ['--parsable2', '--noheader', '--allocations', '--duplicates', `--format=${accountedFields}`]
  // There is no accounting on many small clusters.
  const accounted = await slurmCommand('sacct', ['--jobs', jobId, ...format], options).catch(() => null)
  return accounted?.ok ? parseAccountedJob(accounted.stdout) : null
}

/** The job of a launch that is queued or runs; null where there is none. */
export async function launchedJob(name: string, launchId: string): Promise<string | null> {
  const answer = await slurmCommand('squeue', ['--noheader', '--me', `--name=${name}`, '--format=%A|%k'])
  const found = answer.stdout.split('\n').map((line) => line.trim().split('|'))
  return found.find(([, comment]) => comment === launchId)?.[0] ?? null
}

/** Whether users see each other's jobs; asked once, as it is of the cluster's configuration. */
let areJobsPrivate: boolean | undefined

/** Position of a job among those that wait in its partition, 1 for the next; null where those of others are hidden. */
export async function positionOf({ jobId, partition }: JobInfo): Promise<number | null> {
  if (areJobsPrivate === undefined) {
    const { stdout } = await slurmCommand('scontrol', ['show', 'config'])
    areJobsPrivate = /^PrivateData\s*=.*\bjobs\b/m.test(stdout)
  }
  if (areJobsPrivate || partition === null) return null
  const [first = partition] = partition.split(',')
  const answer = await slurmCommand('squeue', [
    ...['--noheader', '--states=PENDING', `--partition=${first}`],
    ...['--sort=-p,i', '--format=%A'],
  ])
  const index = answer.stdout
    .split('\n')
    .map((line) => line.trim())
    .indexOf(jobId)
  return answer.ok && index >= 0 ? index + 1 : null
}

/** The partitions of the cluster; none where Slurm does not say. */
export async function partitionsOf(): Promise<Partition[]> {
  const format = `--format=${partitionFields}`
  const answer = await slurmCommand('sinfo', ['--noheader', '--all', format]).catch(() => null)
  return answer ? parsePartitions(answer.stdout) : []
}
