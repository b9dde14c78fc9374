import { toFlowerbedError } from '#shared/errors.ts'
import { hasEnded, runsLeft } from '#shared/run-status.ts'
import type { ExperimentRecord } from '#shared/schemas/experiment.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { getProcessorName } from '../../engine/backend/device-choice.ts'
import { expectedSeconds } from '../../runs/expected-time.ts'
import { trainExperiment } from '../../runs/train-experiment.ts'
import { Interrupted, wasInterrupted } from './interrupt.ts'
import { duration, say } from './output.ts'
import { trainRun } from './train-run.ts'
import type { Workspace } from './workspace.ts'

/**
 * Trains the runs that are left of an experiment one after the other. A run that fails lets the next begin.
 * @returns the errors of the runs that failed
 * @throws Interrupted after an interrupt, with a checkpoint of the run in training
 */
export async function trainRuns(options: {
  workspace: Workspace
  experiment: ExperimentRecord
  /** Ends the status line of a run. */
  endLine: () => void
  /** Called with each run that has reached its goal. */
  finished: (run: RunRecord) => Promise<void>
}): Promise<unknown[]> {
  const { workspace, experiment, endLine, finished } = options
  const { store } = workspace
  const failures: unknown[] = []
  const training = trainExperiment({
    store,
    experimentId: experiment.id,
    train: async (run) => {
      say(`${numberOf(run, workspace, failures.length)}: ${run.name} …`)
      try {
        return await trainRun(workspace, run, { partOfExperiment: true })
      } catch (thrown) {
        if (thrown instanceof Interrupted || wasInterrupted()) throw thrown
        failures.push(thrown)
        say(`“${run.name}” failed: ${toFlowerbedError(thrown).message}`)
        return store.runs.get(run.id)
      } finally {
        endLine()
      }
    },
    finished: async (run) => {
      await finished(run)
      const left = timeLeft(workspace, experiment)
      if (left !== null) say(`About ${duration(left)} to go for all runs.`)
    },
  })
  try {
    await training
  } catch (thrown) {
    if (wasInterrupted()) say(`Resume with: flowerbed study --resume ${experiment.id}`)
    throw thrown
  }
  return failures
}

/** “Run 3 of 12”. */
function numberOf(run: RunRecord, { store }: Workspace, failed: number): string {
  const runs = store.runs.ofExperiment(run.experimentId ?? '')
  return `Run ${runs.filter(hasEnded).length + failed + 1} of ${runs.length}`
}

/** Seconds until the runs that are left are trained; null where nothing tells, or none are left. */
export function timeLeft({ store }: Workspace, { id }: ExperimentRecord): number | null {
  const left = runsLeft(store.runs.ofExperiment(id))
  const cpu = getProcessorName()
  const earlier = store.runs.list().filter(({ machine }) => machine?.cpu === cpu)
  return left.length === 0 ? null : expectedSeconds(left, earlier)
}
