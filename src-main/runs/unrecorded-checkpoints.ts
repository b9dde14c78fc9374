import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord, SavedCheckpoint } from '#shared/schemas/run.ts'
import { checkpointFile, checkpointFolder, descriptionOf } from '../files/checkpoint-names.ts'
import { runFolder } from '../files/data-folder.ts'
import type { Store } from '../database/store.ts'
import type { RecordedCheckpoints } from './recorded-checkpoints.ts'

/** What is needed of the JSON beside a checkpoint; the engine checks all of it, and the hash, when it is used. */
const descriptionSchema = z.object({
  format: z.literal(1),
  runId: z.string(),
  step: z.int().min(0),
  loss: z.number().nullable().default(null),
  sha256: z.string(),
})

/**
 * Records checkpoints that are on disk but not in the history: the disk was full when they were written, or the app
 * ended in between. Only newer ones than the newest recorded: older ones were deleted. Runs in training are left alone.
 */
export async function recordFoundCheckpoints(options: {
  store: Store
  checkpoints: RecordedCheckpoints
}): Promise<void> {
  const { store, checkpoints } = options
  for (const run of store.runs.list()) {
    if (isLive(run)) continue
    const [newest] = checkpoints.list(run.id)
    const found = await newerCheckpoints(store, run, newest?.step ?? -1)
    for (const saved of found) checkpoints.record(saved)
  }
}

async function newerCheckpoints(store: Store, run: RunRecord, after: number): Promise<SavedCheckpoint[]> {
  const folder = checkpointFolder(runFolder(store.directory, run.id))
  const names = await readdir(folder).catch(() => [])
  const found: SavedCheckpoint[] = []
  // Their names stand in the order of their steps.
  for (const file of names.filter((name) => name.endsWith('.safetensors')).sort()) {
    const description = await describe(join(folder, descriptionOf(file)))
    if (!description || description.runId !== run.id || file !== checkpointFile(description.step)) continue
    if (description.step <= after) continue
    const { size, mtimeMs } = await stat(join(folder, file))
    const { step, loss, sha256 } = description
    found.push({ runId: run.id, step, file, sha256, bytes: size, loss, createdAt: Math.round(mtimeMs) })
  }
  return found
}

/** Null for a description that is not there or cannot be read. */
async function describe(path: string): Promise<z.infer<typeof descriptionSchema> | null> {
  try {
    return descriptionSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null
  }
}
