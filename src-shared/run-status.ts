import type { RunRecord, RunStatus } from '#shared/schemas/run.ts'

/** Statuses of a run that a process trains, or is about to. */
export const liveStatuses: readonly RunStatus[] = ['starting', 'training']
/** Statuses of a run that trains no further unless the user asks for it. */
export const endedStatuses: readonly RunStatus[] = ['finished', 'stopped']

/** Whether a process trains the run, or is about to. */
export const isLive = ({ status }: Pick<RunRecord, 'status'>): boolean => liveStatuses.includes(status)

/** Whether the run reached its goal or was stopped by the user. */
export const hasEnded = ({ status }: Pick<RunRecord, 'status'>): boolean => endedStatuses.includes(status)

/** Whether a run can resume as it is; a finished one needs more steps first, and none can without its images. */
export const canResume = (run: Pick<RunRecord, 'status' | 'datasetId'>): boolean =>
  run.datasetId !== null && !isLive(run) && run.status !== 'finished'

/** Whether a run can be given more to train, now or for when it resumes. */
export const canExtend = ({ datasetId }: Pick<RunRecord, 'datasetId'>): boolean => datasetId !== null

/** Whether the app, the engine or an error ended the run before it was done. */
export const endedUnexpectedly = ({ status }: Pick<RunRecord, 'status'>): boolean =>
  status === 'interrupted' || status === 'failed'

/**
 * The runs of an experiment that resuming it trains, in order; what failed comes last and is tried once more. Runs
 * whose images were deleted cannot be trained.
 * @param first id of the run to put before all others, also when it was stopped
 */
export function runsLeft<Run extends Pick<RunRecord, 'id' | 'status' | 'datasetId'>>(
  runs: readonly Run[],
  first?: string,
): Run[] {
  const rank = ({ id, status }: Run) => (id === first ? 0 : status === 'failed' ? 2 : 1)
  return runs
    .filter((run) => run.datasetId !== null)
    .filter((run) => !hasEnded(run) || (run.id === first && run.status === 'stopped'))
    .sort((a, b) => rank(a) - rank(b))
}
