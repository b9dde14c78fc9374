import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { removeAbandoned } from './abandoned.ts'

/** Names of a run's checkpoints on disk: the engine writes them, the history decides which are deleted. */

export const checkpointFolder = (runDirectory: string) => join(runDirectory, 'checkpoints')

/** Ten million steps still stand in the order of their names. */
export const checkpointFile = (step: number) => `step-${String(step).padStart(8, '0')}.safetensors`

/** The JSON beside a checkpoint. */
export const descriptionOf = (file: string) => file.replace(/\.safetensors$/, '.json')

/** The steps of the checkpoints in a run's folder, oldest first; those without a description are not whole. */
export async function checkpointSteps(runDirectory: string): Promise<number[]> {
  const names = new Set(await readdir(checkpointFolder(runDirectory)).catch(() => []))
  return [...names]
    .flatMap((name) => {
      const step = /^step-(\d+)\.safetensors$/.exec(name)?.[1]
      return step !== undefined && names.has(descriptionOf(name)) ? [Number(step)] : []
    })
    .sort((a, b) => a - b)
}

/** Deletes what processes that were killed while they wrote a checkpoint have left: each may be as large as one. */
export async function deleteAbandonedCheckpoints(runDirectory: string): Promise<void> {
  // Earlier versions did not say whose a part is.
  await removeAbandoned(checkpointFolder(runDirectory), { untagged: /^\.step-.*\.[\da-f]{8}\.part$/ })
}

/**
 * Deletes the checkpoints up to `newest` that are not to be kept, also such as nobody has recorded, and of later ones those
 * that are `forgotten`: training went back to an earlier step.
 */
export async function deleteOtherCheckpoints(
  runDirectory: string,
  options: { newest: string; keep: ReadonlySet<string>; forgotten?: ReadonlySet<string> },
): Promise<void> {
  const { newest, keep, forgotten = new Set() } = options
  const folder = checkpointFolder(runDirectory)
  const names = (await readdir(folder)).filter((name) => /^step-.*\.safetensors$/.test(name))
  const written = await writtenAt(join(folder, newest))
  for (const name of names) {
    if (keep.has(name)) continue
    // A later one may just be written by the engine, also under a name that was forgotten.
    const later = name > newest
    if (later && !(forgotten.has(name) && (await writtenAt(join(folder, name))) < written)) continue
    // The description goes first: arrays without one are never taken for a checkpoint.
    await rm(join(folder, descriptionOf(name)), { force: true })
    await rm(join(folder, name), { force: true })
  }
}

/** Ms since 1970; 0 when it is not there. */
const writtenAt = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
