import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { runsLeft } from '#shared/run-status.ts'
import type { ExperimentRecord } from '#shared/schemas/experiment.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Store } from '../database/store.ts'
import type { RunService } from './run-service.ts'
import { trainInOrder } from './train-in-order.ts'

/**
 * The runs of an experiment that are left to train.
 * @param first id of the run to begin with
 * @throws FlowerbedError `conflict` when nothing is left or another process trains a run of it, `not-found` without
 * its images
 */
export function checkResumable(
  { store, runService }: { store: Store; runService: RunService },
  { id, datasetId }: ExperimentRecord,
  first?: string,
): RunRecord[] {
  if (datasetId === null) {
    throw new FlowerbedError('not-found', errorText('experiment.imagesDeleted'))
  }
  const left = runsLeft(store.runs.ofExperiment(id), first)
  if (left.length === 0) {
    throw new FlowerbedError('conflict', errorText('experiment.finished'))
  }
  const elsewhere = left.find((run) => runService.isTrainedElsewhere(run.id))
  if (elsewhere) {
    throw new FlowerbedError('conflict', errorText('experiment.trainedElsewhere', { name: elsewhere.name }))
  }
  return left
}

/**
 * Trains what is left of an experiment, one run after the other, each once: a run that fails lets the next begin, a run
 * that is paused ends it.
 */
export async function trainExperiment(options: {
  store: Store
  experimentId: string
  /** Trains a run until it ends, in whichever way; returns its record then. */
  train: (run: RunRecord) => Promise<RunRecord>
  /** Called with each run that has reached its goal, before the next begins. */
  finished: (run: RunRecord) => Promise<void>
}): Promise<void> {
  const { store, experimentId, train, finished } = options
  const tried = new Set<string>()
  let paused = false
  await trainInOrder({
    next: () => {
      const left = paused ? [] : runsLeft(store.runs.ofExperiment(experimentId))
      return left.find(({ id }) => !tried.has(id)) ?? null
    },
    train: async (run) => {
      tried.add(run.id)
      const ended = await train(run)
      paused = ended.status === 'paused'
      return ended
    },
    finished,
  })
}
