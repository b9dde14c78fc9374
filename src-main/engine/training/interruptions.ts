import { heldCount } from '#shared/run-limits.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { mostSnapshots, snapshotInterval } from '../../files/average-snapshots.ts'
import { isPreviewDue } from './schedule.ts'

/** What training is interrupted for. */
export interface Interruptions {
  previews: number
  grids: number
  checkpoints: number
  /** Validation and how images are encoded. */
  evaluations: number
  /** Measurements of the kernel distance, which are no training time. */
  distances: number
  snapshots: number
}

/** The settings that say when. */
export type Intervals = Pick<
  RunConfig,
  'sampleEvery' | 'evaluateEvery' | 'checkpointEvery' | 'emaKind' | 'minutes' | 'warmup'
>

/** Whether a run's averages are kept along the way, so that another width can be made of them. */
export const takesSnapshots = ({ emaKind }: Pick<RunConfig, 'emaKind'>): boolean => emaKind === 'power'

/** What training is interrupted for after a step up to another, except for what only the end of the run is a reason for. */
export function interruptionsUntil(
  config: Intervals,
  { step, goal }: { step: number; goal: number },
): Interruptions {
  const { sampleEvery, evaluateEvery, checkpointEvery } = config
  const count = (every: number) => multiples(every, { step, goal })
  const both = sampleEvery * checkpointEvery
  return {
    previews: previewsUntil(config, { step, goal }),
    grids: count(sampleEvery),
    checkpoints: count(checkpointEvery),
    evaluations:
      count(sampleEvery) +
      count(checkpointEvery) -
      (both === 0 ? 0 : count(both / gcd(sampleEvery, checkpointEvery))),
    distances: count(evaluateEvery),
    snapshots: takesSnapshots(config) ? snapshotsUntil(config, { step, goal }) : 0,
  }
}

/** What the end of a run at `goal` adds: a grid, a checkpoint and an evaluation, where they are not due at it anyway. */
export function interruptionsAtEnd({ sampleEvery, checkpointEvery }: Intervals, goal: number): Interruptions {
  const isDue = (every: number) => every > 0 && goal % every === 0
  const added = (isThere: boolean) => (isThere ? 0 : 1)
  return {
    ...{ previews: 0, distances: 0, snapshots: 0 },
    grids: added(isDue(sampleEvery)),
    checkpoints: added(isDue(checkpointEvery)),
    evaluations: added(isDue(sampleEvery) || isDue(checkpointEvery)),
  }
}

/** Samples of a measurement of the kernel distance at most, and as many images on each side. */
export const mostDistanceSamples = 256

/** How many they are, by the training images, which are split in halves. */
export const samplesOfDistance = (imageCount: number): number =>
  Math.min(mostDistanceSamples, Math.floor(imageCount / 2))

/** Solver steps of a preview: enough to see shapes, few enough to follow the first steps of training. */
export const previewSolverSteps = ({ sampleSteps }: Pick<RunConfig, 'sampleSteps'>): number =>
  Math.min(4, sampleSteps)

/** Validation batches of an evaluation at most; more would delay training for little more certainty. */
export const mostValidationBatches = 4

/** Batches on which an evaluation measures the loss. */
export const validationBatches = (held: number, batch: number): number =>
  Math.min(mostValidationBatches, Math.ceil(held / batch))

/** Batches of images through the network forwards alone in an evaluation, by the images that are held out. */
export const batchesOfEvaluation = (
  { batch, validationShare }: Pick<RunConfig, 'batch' | 'validationShare'>,
  imageCount: number,
): number => validationBatches(heldCount(imageCount, validationShare), batch)

/** Previews take place at steps that double; the end is no time for one. */
function previewsUntil(config: Intervals, { step, goal }: { step: number; goal: number }): number {
  let count = 0
  for (let at = 1; at < goal && at < config.sampleEvery; at *= 2)
    if (at > step && isPreviewDue(config, at)) count += 1
  return count
}

/** The distance between snapshots doubles where the last step is not known. */
function snapshotsUntil({ minutes }: Intervals, { step, goal }: { step: number; goal: number }): number {
  if (minutes === 0) return multiples(snapshotInterval(step, goal), { step, goal })
  let count = 0
  for (let at = step; at < goal;) {
    const interval = snapshotInterval(at + 1, Infinity)
    const end = Math.min(goal, mostSnapshots * interval)
    count += multiples(interval, { step: at, goal: end })
    at = end
  }
  return count
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

/** Multiples of an interval after `step` up to `goal`; 0 stands for never. */
const multiples = (every: number, { step, goal }: { step: number; goal: number }): number =>
  every === 0 ? 0 : Math.floor(goal / every) - Math.floor(step / every)
