import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { descriptionOf } from './checkpoint-names.ts'

/** Files of the snapshots of a run's averages, from which an average of another width is made after the run. */

export const snapshotsName = 'averages'
export const snapshotFolder = (runDirectory: string) => join(runDirectory, snapshotsName)
export const snapshotFile = (step: number) => `average-${String(step).padStart(8, '0')}.safetensors`

/** Half as many are enough to find an average: with twice the interval every second one stays. */
export const mostSnapshots = 32
/** Of a run whose last step is not known. */
const shortestInterval = 16

/**
 * Steps between two snapshots at a step: the least power of two with which there are at most 32 of them by the last step, or
 * so far where that is not known, so that those of a longer interval are among those of a shorter one.
 * @param goal the step at which training ends; infinite where minutes decide
 */
export function snapshotInterval(step: number, goal: number): number {
  const last = Number.isFinite(goal) ? Math.max(step, goal) : step
  let interval = Number.isFinite(goal) ? 1 : shortestInterval
  while (last / interval > mostSnapshots) interval *= 2
  return interval
}

/** Steps of the snapshots in a run's folder, oldest first; those without a description are not whole. */
export async function snapshotSteps(runDirectory: string): Promise<number[]> {
  const names = new Set(await readdir(snapshotFolder(runDirectory)).catch(() => []))
  return [...names]
    .flatMap((name) => {
      const step = /^average-(\d+)\.safetensors$/.exec(name)?.[1]
      return step !== undefined && names.has(descriptionOf(name)) ? [Number(step)] : []
    })
    .sort((a, b) => a - b)
}

/** Deletes the snapshots of some steps, those that are not whole too. */
export async function deleteSnapshots(
  runDirectory: string,
  isSurplus: (step: number) => boolean,
): Promise<void> {
  const folder = snapshotFolder(runDirectory)
  const names = await readdir(folder).catch(() => [])
  const steps = names.flatMap((name) => /^average-(\d+)\./.exec(name)?.[1] ?? []).map(Number)
  for (const step of new Set(steps.filter(isSurplus))) {
    // The description goes first: arrays without one are never taken for a snapshot.
    await rm(join(folder, descriptionOf(snapshotFile(step))), { force: true })
    await rm(join(folder, snapshotFile(step)), { force: true })
  }
}
