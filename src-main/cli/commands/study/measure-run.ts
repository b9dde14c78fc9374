import { toFlowerbedError } from '#shared/errors.ts'
import { formatPlural } from '#shared/format.ts'
import type { ExperimentRecord } from '#shared/schemas/experiment.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { Evaluations } from '../../../runs/evaluations.ts'
import { Reconstructor } from '../../../runs/reconstructions.ts'
import { followSampling } from '../../support/follow-sampling.ts'
import { wasInterrupted } from '../../support/interrupt.ts'
import { say } from '../../support/output.ts'
import type { Workspace } from '../../support/workspace.ts'

/** Reconstructs images as the app does with the runs of an experiment; Ctrl+C cancels it. */
export function createReconstructor(workspace: Workspace): Reconstructor {
  const { store, runService, engine } = workspace
  return new Reconstructor({
    ...{ store, runService },
    encode: async (request) =>
      await followSampling().during(engine, (job) => engine.handlers.encode({ ...request, job })),
  })
}

/** The runs of an experiment that have reached their goal. */
export const finishedRuns = ({ store }: Workspace, { id }: ExperimentRecord): RunRecord[] =>
  store.runs.ofExperiment(id).filter(({ status }) => status === 'finished')

/**
 * Measures what is not measured yet of a run that has reached its goal, and stores it; `run-numbers.ts` reads it into the
 * report. Another measure is added here.
 */
export async function measure(
  run: RunRecord,
  measures: { workspace: Workspace; reconstructor: Reconstructor; evaluate: number | null },
): Promise<void> {
  const { workspace, reconstructor, evaluate: count } = measures
  const { store, runService, engine } = workspace
  try {
    await reconstructor.reconstruct(run.id)
    const [last] = store.evaluations.list(store.runs.key(run.id))
    if (count === null || (last?.step === run.step && last.count >= count)) return
    say(`Measuring ${formatPlural(count, 'sample')} of “${run.name}” …`)
    const evaluations = new Evaluations({
      ...{ store, runService },
      evaluate: async (request) => await engine.handlers.evaluate(request),
    })
    await followSampling().during(engine, (job) => evaluations.evaluate(run.id, { count, curve: true, job }))
  } catch (thrown) {
    if (wasInterrupted()) throw thrown
    say(`“${run.name}” was not measured: ${toFlowerbedError(thrown).message}`)
  }
}
