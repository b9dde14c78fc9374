import type { RunConfig } from '#shared/schemas/run-config.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'

/** What decides how long a run trains; whichever is reached first ends it. */
export type Limits = Pick<RunConfig, 'steps' | 'epochs' | 'minutes'>

type Lengthy = {
  config: Limits & Pick<RunConfig, 'batch' | 'accumulate' | 'validationShare'>
  imageCount: number
}

/** Images that one step trains on. */
export const imagesPerStep = ({ batch, accumulate }: Pick<RunConfig, 'batch' | 'accumulate'>): number =>
  batch * accumulate

/** How many of `count` images a validation split holds out; at least one on either side. */
export function heldCount(count: number, share: number): number {
  return share === 0 || count < 2 ? 0 : Math.min(count - 1, Math.max(1, Math.round(count * share)))
}

/** The step by which each training image was seen `epochs` times; infinite without such a limit. */
export function stepsOfEpochs({ config, imageCount }: Lengthy): number {
  const { epochs, validationShare } = config
  if (epochs === 0) return Infinity
  const seen = epochs * (imageCount - heldCount(imageCount, validationShare))
  return Math.max(1, Math.ceil(seen / imagesPerStep(config)))
}

/** The step at which a run ends unless its time is up before. */
export function goalSteps(run: Lengthy): number {
  return Math.min(run.config.steps, stepsOfEpochs(run))
}

/** Whether a run has used up its minutes. */
export function isTimeUp({ config, trainedSeconds }: { config: Limits; trainedSeconds: number }): boolean {
  return config.minutes > 0 && trainedSeconds >= config.minutes * 60
}

/** Whether a run has reached one of its limits. */
export function isDone(run: Lengthy & Pick<RunRecord, 'step' | 'trainedSeconds'>): boolean {
  return run.step >= goalSteps(run) || isTimeUp(run)
}

/** Share of a run's minutes that is used; 0 without such a limit. */
export function shareOfTime({ config, trainedSeconds }: { config: Limits; trainedSeconds: number }): number {
  return config.minutes > 0 ? Math.min(1, trainedSeconds / (config.minutes * 60)) : 0
}

/** A run as it stood at an earlier step; its time then is taken to be in proportion. */
export function standingAt<T extends Pick<RunRecord, 'step' | 'trainedSeconds'>>(run: T, step: number): T {
  const share = run.step === 0 ? 0 : Math.min(1, step / run.step)
  return { ...run, step, trainedSeconds: run.trainedSeconds * share }
}

/** Whether training can resume from the checkpoint of a step: not where the run has reached a limit already. */
export const canResumeFrom = (
  run: Trained & Pick<RunRecord, 'status' | 'datasetId'>,
  step: number,
): boolean => !isLive(run) && run.datasetId !== null && !isDone(standingAt(run, step))

/** Share that is done, by steps, epochs or minutes, whichever is further. */
export function shareDone(run: Lengthy & Pick<RunRecord, 'step' | 'trainedSeconds'>): number {
  return Math.min(1, Math.max(run.step / goalSteps(run), shareOfTime(run)))
}

/** The mean share of several runs; null of none. */
export const shareOfAll = (runs: readonly Parameters<typeof shareDone>[0][]): number | null =>
  runs.length === 0 ? null : runs.reduce((sum, run) => sum + shareDone(run), 0) / runs.length

/** Which limit ends a run. */
export type EndReason = 'steps' | 'epochs' | 'minutes'

/**
 * The step at which a run ends, and by which limit. Where that is minutes the step is an estimate by the speed so far;
 * null before the first step.
 */
export function expectedEnd(run: Trained): { step: number | null; by: EndReason } {
  const { config, step, trainedSeconds } = run
  const goal = goalSteps(run)
  const bySteps = { step: goal, by: stepsOfEpochs(run) < config.steps ? 'epochs' : 'steps' } as const
  if (config.minutes === 0 || step >= goal) return bySteps
  if (isTimeUp(run)) return { step, by: 'minutes' }
  if (step === 0 || trainedSeconds === 0) return { step: null, by: 'minutes' }
  const atTime = Math.round((step * config.minutes * 60) / trainedSeconds)
  return atTime < goal ? { step: Math.max(step, atTime), by: 'minutes' } : bySteps
}

/** Longest goal in steps that a run may have. */
export const mostSteps = 10_000_000

type Trained = Lengthy & Pick<RunRecord, 'step' | 'trainedSeconds'>

/** How much longer a run is to train. */
export interface Extension {
  steps?: number | undefined
  epochs?: number | undefined
  minutes?: number | undefined
}

/**
 * Limits that let a run train longer. Steps are added to its goal, or to where it stands when its time is up; epochs and
 * minutes to its limit of that kind, or to what it has had where it had none. A limit that would end the run before what
 * was asked for is lifted.
 */
export function extendedLimits(run: Trained, more: Extension): Limits {
  const minutes = extendedMinutes(run, more.minutes)
  const epochs = extendedEpochs(run, more.epochs)
  const epochSteps = stepsOfEpochs({ ...run, config: { ...run.config, epochs } })
  if (more.steps !== undefined) {
    const goal = goalSteps(run)
    // A run that ends by its minutes alone has no number of steps to add to.
    const isCounted = goal < mostSteps
    const steps = (isCounted && !isTimeUp(run) ? goal : run.step) + more.steps
    return {
      steps,
      epochs: more.epochs === undefined && epochSteps < steps ? 0 : epochs,
      minutes: isCounted || more.minutes !== undefined ? minutes : 0,
    }
  }
  const endsBefore =
    run.config.steps <= run.step || (more.epochs !== undefined && run.config.steps < epochSteps)
  const steps = endsBefore ? mostSteps : run.config.steps
  return { steps, epochs: epochSteps <= run.step ? 0 : epochs, minutes }
}

function extendedMinutes(run: Trained, more: number | undefined): number {
  const { minutes } = run.config
  if (more === undefined) return isTimeUp(run) ? 0 : minutes
  const unlimited = minutes === 0 || isTimeUp(run)
  return (unlimited ? run.trainedSeconds / 60 : minutes) + more
}

function extendedEpochs(run: Trained, more: number | undefined): number {
  const { epochs } = run.config
  if (more === undefined) return epochs
  const stepsOfOne = stepsOfEpochs({ ...run, config: { ...run.config, epochs: 1 } })
  return (epochs === 0 ? Math.ceil(run.step / stepsOfOne) : epochs) + more
}
