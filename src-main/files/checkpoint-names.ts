import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { removeAbandoned } from './abandoned.ts'

/** Names of a run's checkpoints on disk: the engine writes them, the history decides which are deleted. */

export const checkpointFolder = (runDirectory: string) => join(runDirectory, 'checkpoints')

/** Ten million steps still stand in the order of their names. */
export const checkpointFile = (step: number) => `step-${String(step).padStart(8, '0')}.safetensors`

/** A checkpoint with an average of another width, by its text (`widthText`), takes the place of the one of its step. */
export const averagedFile = (step: number, width: string) =>
  checkpointFile(step).replace(/\.safetensors$/, `-width-${width}.safetensors`)

/** The step of a checkpoint, by its name; null for another file. */
export function stepOfFile(file: string): number | null {
  const step = /^step-(\d+)(?:-width-[\d.]+)?\.safetensors$/.exec(file)?.[1]
  return step === undefined ? null : Number(step)
}

/** The JSON beside a checkpoint. */
export const descriptionOf = (file: string) => file.replace(/\.safetensors$/, '.json')

/** The checkpoints in a run's folder by step, oldest first; those without a description are not whole. */
export async function checkpointFiles(runDirectory: string): Promise<Map<number, string>> {
  const names = new Set(await readdir(checkpointFolder(runDirectory)).catch(() => []))
  const whole = [...names].flatMap((file) => {
    const step = names.has(descriptionOf(file)) ? stepOfFile(file) : null
    return step === null ? [] : [{ step, file }]
  })
  return new Map(whole.sort((a, b) => a.step - b.step).map(({ step, file }) => [step, file]))
}

/** The steps of the checkpoints in a run's folder, oldest first. */
export const checkpointSteps = async (runDirectory: string): Promise<number[]> => [
  ...(await checkpointFiles(runDirectory)).keys(),
]

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
    await deleteCheckpoint(runDirectory, name)
  }
}

/** Deletes a checkpoint, its description first: arrays without one are never taken for a checkpoint. */
export async function deleteCheckpoint(runDirectory: string, file: string): Promise<void> {
  const folder = checkpointFolder(runDirectory)
  await rm(join(folder, descriptionOf(file)), { force: true })
  await rm(join(folder, file), { force: true })
}

/** Ms since 1970; 0 when it is not there. */
const writtenAt = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
