import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isLive } from '#shared/run-status.ts'
import type { CheckpointRecord, SampleRecord } from '#shared/schemas/run.ts'
import { surplusCheckpoints, surplusSamples, surplusSnapshots } from '#shared/thinning.ts'
import type { Thinning, ThinningPlan } from '#shared/thinning.ts'
import type { Store } from '../database/store.ts'
import { deleteSnapshots, snapshotFile, snapshotFolder, snapshotSteps } from '../files/average-snapshots.ts'
import { checkpointFolder, descriptionOf } from '../files/checkpoint-names.ts'
import { runFolder } from '../files/data-folder.ts'
import { removeBelow } from '../files/removal.ts'

interface Surplus {
  checkpoints: CheckpointRecord[]
  samples: SampleRecord[]
  /** Steps of snapshots. */
  averages: number[]
}

/** What is told of a run once it was thinned out. */
export interface Thinned {
  runId: string
  samples: string[]
  checkpoints: number
}

/** What of a run is to go; nothing of one that is in training. */
async function surplusOf(store: Store, runId: string, rule: Thinning): Promise<Surplus> {
  if (isLive(store.runs.get(runId))) return { checkpoints: [], samples: [], averages: [] }
  const key = store.runs.key(runId)
  const marked = new Set(store.marks.list(key).map(({ sample }) => sample))
  const { keepEvery } = rule
  const folder = runFolder(store.directory, runId)
  return {
    checkpoints: rule.checkpoints ? surplusCheckpoints(store.checkpoints.list(key), keepEvery) : [],
    samples: rule.samples ? surplusSamples(store.samples.list(key), { keepEvery, marked }) : [],
    averages: rule.averages ? surplusSnapshots(await snapshotSteps(folder), keepEvery) : [],
  }
}

/** What thinning out runs would delete, with the bytes as they are on disk. */
export async function planThinning(store: Store, runIds: string[], rule: Thinning): Promise<ThinningPlan> {
  const plan: ThinningPlan = { checkpoints: 0, sheets: 0, averages: 0, bytes: 0 }
  for (const runId of runIds) {
    const { checkpoints, samples, averages } = await surplusOf(store, runId, rule)
    const folder = runFolder(store.directory, runId)
    plan.checkpoints += checkpoints.length
    plan.sheets += samples.length
    plan.averages += averages.length
    for (const { file } of checkpoints) {
      for (const name of [file, descriptionOf(file)])
        plan.bytes += await bytesOf(join(checkpointFolder(folder), name))
    }
    for (const step of averages) {
      for (const name of [snapshotFile(step), descriptionOf(snapshotFile(step))])
        plan.bytes += await bytesOf(join(snapshotFolder(folder), name))
    }
    for (const { file } of samples) plan.bytes += await bytesOf(join(folder, 'samples', file))
  }
  return plan
}

/** Deletes what the rule does not keep of a run: from the history first, since what it lists must exist. */
export async function thinOut(store: Store, runId: string, rule: Thinning): Promise<Thinned> {
  const { checkpoints, samples, averages } = await surplusOf(store, runId, rule)
  const folder = runFolder(store.directory, runId)
  store.checkpoints.forget(
    store.runs.key(runId),
    checkpoints.map(({ file }) => file),
  )
  store.samples.delete(samples.map(({ id }) => id))
  for (const { file } of checkpoints) {
    // The description goes first: arrays without one are never taken for a checkpoint.
    await removeBelow(folder, join(checkpointFolder(folder), descriptionOf(file)))
    await removeBelow(folder, join(checkpointFolder(folder), file))
  }
  await deleteSnapshots(folder, (step) => averages.includes(step))
  for (const { file } of samples) await removeBelow(folder, join(folder, 'samples', file))
  return { runId, samples: samples.map(({ id }) => id), checkpoints: checkpoints.length }
}

const bytesOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )
