import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TrainOutcome, TrainResult } from '#shared/engine-messages.ts'
import { checkpointInfoSchema } from '../engine/checkpoints/checkpoint.ts'
import {
  checkpointFile,
  checkpointFolder,
  checkpointSteps,
  descriptionOf,
} from '../files/checkpoint-names.ts'
import type { RunFolder } from './run-folder.ts'

/** A checkpoint there, by what is written beside its arrays. */
export interface FoundCheckpoint {
  file: string
  sha256: string
  step: number
  /** What the best is chosen by. */
  loss: number | null
  trainedSeconds: number
  losses: Record<string, number>
}

const shortSchema = checkpointInfoSchema.pick({
  sha256: true,
  loss: true,
  trainedSeconds: true,
  losses: true,
})

/** The checkpoints of a run whose description can be read, newest first. */
export async function foundCheckpoints({ path }: RunFolder): Promise<FoundCheckpoint[]> {
  const steps = await checkpointSteps(path)
  const found = await Promise.all(steps.toReversed().map((step) => describedAt(path, step)))
  return found.filter((one) => one !== null)
}

async function describedAt(path: string, step: number): Promise<FoundCheckpoint | null> {
  const file = checkpointFile(step)
  try {
    const text = await readFile(join(checkpointFolder(path), descriptionOf(file)), 'utf8')
    return { file, step, ...shortSchema.parse(JSON.parse(text)) }
  } catch {
    return null
  }
}

/** The result of a launch that ended without having trained: that of the newest checkpoint. */
export async function resultAtCheckpoint(run: RunFolder, outcome: TrainOutcome): Promise<TrainResult> {
  const [newest] = await foundCheckpoints(run)
  const { step = 0, trainedSeconds = 0, losses = {} } = newest ?? {}
  return { outcome, step, trainedSeconds, losses, stepsPerSecond: 0 }
}

/**
 * Deletes the checkpoints beyond the newest `keep`, of which there is always one left to resume from, and the best. What the
 * connection was too slow to fetch is lost by that, as a full disk would lose more.
 * @returns the files that were deleted
 */
export async function pruneCheckpoints(run: RunFolder, keep: number): Promise<string[]> {
  const found = await foundCheckpoints(run)
  const best = found.reduce<FoundCheckpoint | null>(
    (least, one) => (one.loss !== null && (least?.loss ?? Infinity) > one.loss ? one : least),
    null,
  )
  const old = found.slice(Math.max(1, keep)).filter((one) => one !== best)
  for (const { file } of old) await deleteCheckpoint(run, file)
  return old.map(({ file }) => file)
}

/** Deletes the checkpoints after a step, to which training has gone back. */
export async function deleteLaterCheckpoints(run: RunFolder, step: number): Promise<void> {
  for (const later of await checkpointSteps(run.path))
    if (later > step) await deleteCheckpoint(run, checkpointFile(later))
}

/** The description goes first: arrays without one are never taken for a checkpoint. */
async function deleteCheckpoint({ path }: RunFolder, file: string): Promise<void> {
  await rm(join(checkpointFolder(path), descriptionOf(file)), { force: true })
  await rm(join(checkpointFolder(path), file), { force: true })
}
