import { z } from 'zod'
import type { JobState, LaunchRequest } from '#shared/remote/protocol.ts'
import type { RunFolder } from './run-folder.ts'

/** `job.json`: by whom a launch is trained. */
export const jobRecordSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('process'),
    launchId: z.string(),
    /** `ProcessIdentity` of the process that trains: a process id alone is given to another process later. */
    process: z.object({ pid: z.int(), startedAt: z.string().nullable(), host: z.string() }),
  }),
  z.object({
    kind: z.literal('slurm'),
    launchId: z.string(),
    jobId: z.string(),
    /** The process that trains, once the job has started: written by `agent run`. */
    process: z.object({ pid: z.int(), startedAt: z.string().nullable(), host: z.string() }).optional(),
  }),
])
export type JobRecord = z.infer<typeof jobRecordSchema>
export type JobRecordOf<Kind extends JobRecord['kind']> = Extract<JobRecord, { kind: Kind }>

/**
 * Has `agent run RUN` executed apart from the caller, by a process or by a scheduler. The launchers are stateless: what they
 * have to remember is in `job.json`. The caller holds the lock of the run and writes `job.json`.
 */
export interface Launcher<Kind extends JobRecord['kind'] = JobRecord['kind']> {
  /**
   * Starts the launch of a request, which is in the run's folder already; answers at once, with what `job.json` is to say.
   * @throws FlowerbedError `unavailable`, or `bad-input` for options that the scheduler refuses
   */
  start: (run: RunFolder, request: LaunchRequest) => Promise<JobRecordOf<Kind>>
  /** Where its job stands. Asked only while the journal does not say that the launch has ended: `lost` when nothing trains it. */
  state: (run: RunFolder, job: JobRecordOf<Kind>) => Promise<JobState>
  /** Ends a job that waits or trains without a checkpoint; nothing of it runs any more when this resolves. */
  cancel: (run: RunFolder, job: JobRecordOf<Kind>) => Promise<void>
  /**
   * Called in the process that trains, when a signal and not the user has paused it with a checkpoint: its time limit, or
   * another job's precedence. With a state, the launch goes on in another job, and the journal gets that state in
   * place of the end; with null it ends as paused.
   */
  interrupted: (
    run: RunFolder,
    job: JobRecordOf<Kind>,
    signal: 'SIGTERM' | 'SIGINT' | 'SIGUSR1',
  ) => Promise<JobState | null>
}
