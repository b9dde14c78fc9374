import type { JobState, LaunchRequest } from '#shared/remote/protocol.ts'
import type { JobRecord, Launcher } from './launcher.ts'
import { agentArguments, processLauncher } from './process-launcher.ts'
import type { RunFolder } from './run-folder.ts'
import { createSlurmLauncher } from './slurm/slurm-launcher.ts'

const launchers: { [Kind in JobRecord['kind']]: Launcher<Kind> } = {
  process: processLauncher,
  slurm: createSlurmLauncher(({ folder, runId }) => [
    process.execPath,
    ...agentArguments(folder),
    'run',
    runId,
  ]),
}

const launcherOf = <Kind extends JobRecord['kind']>(kind: Kind): Launcher<Kind> => launchers[kind]

/** The functions of the launcher that a request asks for or a record names; see `Launcher`. */
export const startJob = (run: RunFolder, request: LaunchRequest): Promise<JobRecord> =>
  launcherOf(request.slurm ? 'slurm' : 'process').start(run, request)

export const stateOfJob = (run: RunFolder, job: JobRecord): Promise<JobState> =>
  launcherOf(job.kind).state(run, job)

export const cancelJob = (run: RunFolder, job: JobRecord): Promise<void> =>
  launcherOf(job.kind).cancel(run, job)

export const interruptedJob = (
  run: RunFolder,
  job: JobRecord,
  signal: 'SIGTERM' | 'SIGINT' | 'SIGUSR1',
): Promise<JobState | null> => launcherOf(job.kind).interrupted(run, job, signal)
