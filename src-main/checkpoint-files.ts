import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removeAbandoned } from './files.ts'

/** Names of a run's saves on disk: the engine writes them, whoever keeps the history says which may go. */

export const checkpointFolder = (runDirectory: string) => join(runDirectory, 'checkpoints')

/** Ten million steps still stand in the order of their names. */
export const checkpointFile = (step: number) => `step-${String(step).padStart(8, '0')}.safetensors`

/** The JSON beside a save. */
export const descriptionOf = (file: string) => file.replace(/\.safetensors$/, '.json')

/** Deletes what processes that were killed while they wrote a checkpoint have left: each may be as large as one. */
export async function deleteAbandonedCheckpoints(runDirectory: string): Promise<void> {
  // Earlier versions did not say whose a part is.
  await removeAbandoned(checkpointFolder(runDirectory), { untagged: /^\.step-.*\.[\da-f]{8}\.part$/ })
}

/** Deletes the saves up to `newest` that are not to be kept, also such as nobody has recorded. */
export async function deleteOtherCheckpoints(
  runDirectory: string,
  { newest, keep }: { newest: string; keep: ReadonlySet<string> },
): Promise<void> {
  const folder = checkpointFolder(runDirectory)
  const gone = (await readdir(folder)).filter(
    // A later one is just being written by the engine.
    (name) => /^step-.*\.safetensors$/.test(name) && name <= newest && !keep.has(name),
  )
  for (const name of gone) {
    // The description goes first: arrays without one are never taken for a save.
    await rm(join(folder, descriptionOf(name)), { force: true })
    await rm(join(folder, name), { force: true })
  }
}
