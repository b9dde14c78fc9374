import { gridExists } from '../sampling/sample-sheet.ts'
import type { IntegrationTimes } from './repeated-costs.ts'
import type { GridOptions } from './sample-grid.ts'
import type { TrainingRun } from './training-run.ts'

/** A full grid is sampled when a run is paused if it takes no longer than this, else one in few steps. */
const mostSecondsAtStop = 3

/** Samples and stores the grid of fixed seeds; cancelled by a request to stop, after which a resumed run samples it. */
export async function sampleGrid(run: TrainingRun): Promise<void> {
  const startedAt = run.clock.now()
  const integration = await sample(run, {
    isPreview: false,
    isCancelled: () => run.stopRequest !== null && run.hasMore(),
  })
  if (integration) run.throughput.addSampling(run.clock.secondsSince(startedAt), integration)
}

/** Samples and stores the same grid in few solver steps, so that something can be seen from the first steps on. */
export async function samplePreview(run: TrainingRun): Promise<void> {
  const startedAt = run.clock.now()
  const integration = await sample(run, { isPreview: true, isCancelled: () => run.stopRequest !== null })
  if (integration) run.throughput.addPreview(run.clock.secondsSince(startedAt), integration)
}

/** The last samples of a run that is paused or stopped are of the step it stopped at, unless it samples only at the end. */
export async function sampleAtStop(run: TrainingRun): Promise<void> {
  const { config, step, throughput, request } = run
  if (step === 0 || config.sampleEvery === 0 || gridExists(request.runDirectory, step)) return
  const isPreview = throughput.secondsForSampling(config.sampleSteps) > mostSecondsAtStop
  await sample(run, { isPreview, isCancelled: () => false })
}

async function sample(
  run: TrainingRun,
  options: Pick<GridOptions, 'isPreview' | 'isCancelled'>,
): Promise<IntegrationTimes | null> {
  run.reportProgress('sampling', { always: true })
  const { config, clock, parts } = run
  const at = options.isPreview ? run.previewAtStep : run.weightsAtStep
  return await parts.evaluator.sampleGrid(at, { ...options, config, now: clock.now })
}
