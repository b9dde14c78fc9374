import type { RunConfig } from './config.ts'
import type { RunRecord } from './run.ts'

/** What decides how long a run learns; whichever is reached first ends it. */
export type Limits = Pick<RunConfig, 'steps' | 'epochs' | 'minutes'>

type Lengthy = {
  config: Limits & Pick<RunConfig, 'batch' | 'accumulate' | 'validationShare'>
  pictureCount: number
}

/** Pictures that one step learns from. */
export const picturesPerStep = ({ batch, accumulate }: Pick<RunConfig, 'batch' | 'accumulate'>): number =>
  batch * accumulate

/** How many of `count` pictures are kept aside for a share; at least one each way. */
export function heldCount(count: number, share: number): number {
  return share === 0 || count < 2 ? 0 : Math.min(count - 1, Math.max(1, Math.round(count * share)))
}

/** The step by which each picture learned from was seen `epochs` times; infinite without such a limit. */
export function stepsOfEpochs({ config, pictureCount }: Lengthy): number {
  const { epochs, validationShare } = config
  if (epochs === 0) return Infinity
  const seen = epochs * (pictureCount - heldCount(pictureCount, validationShare))
  return Math.max(1, Math.ceil(seen / picturesPerStep(config)))
}

/** The step at which a run ends unless its time is up before. */
export function goalSteps(run: Lengthy): number {
  return Math.min(run.config.steps, stepsOfEpochs(run))
}

/** Whether a run has used up its minutes. */
export function isTimeUp({ config, trainedSeconds }: { config: Limits; trainedSeconds: number }): boolean {
  return config.minutes > 0 && trainedSeconds >= config.minutes * 60
}

/** Whether a run has learned for as long as it was to. */
export function isDone(run: Lengthy & Pick<RunRecord, 'step' | 'trainedSeconds'>): boolean {
  return run.step >= goalSteps(run) || isTimeUp(run)
}

/** Share of a run's minutes that is used up; 0 without such a limit. */
export function shareOfTime({ config, trainedSeconds }: { config: Limits; trainedSeconds: number }): number {
  return config.minutes > 0 ? Math.min(1, trainedSeconds / (config.minutes * 60)) : 0
}

/** Share of the way, by steps, epochs or minutes, whichever is further. */
export function shareDone(run: Lengthy & Pick<RunRecord, 'step' | 'trainedSeconds'>): number {
  return Math.min(1, Math.max(run.step / goalSteps(run), shareOfTime(run)))
}

/**
 * Limits that let a run learn `more` steps: after its goal, or after where it stands when its time is up. Limits that
 * would end it before are lifted.
 */
export function extendedLimits(
  run: Lengthy & Pick<RunRecord, 'step' | 'trainedSeconds'>,
  more: number,
): Limits {
  const { epochs, minutes } = run.config
  const timeIsUp = isTimeUp(run)
  const steps = (timeIsUp ? run.step : goalSteps(run)) + more
  return { steps, epochs: stepsOfEpochs(run) < steps ? 0 : epochs, minutes: timeIsUp ? 0 : minutes }
}
