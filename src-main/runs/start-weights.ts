import { constants, copyFileSync, existsSync, linkSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { weightSettings } from '#shared/start-from.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { CheckpointChoice, CheckpointRecord, RunRecord } from '#shared/schemas/run.ts'
import { checkpointFolder, descriptionOf } from '../files/checkpoint-names.ts'
import { runFolder, startFolder } from '../files/data-folder.ts'

/** The run and its checkpoint whose averaged weights a new run starts from; the latest by default. */
export interface StartFrom {
  runId: string
  checkpoint?: CheckpointChoice
}

/** The settings a new run takes over from its parent: all with the same preset, else those of the network. */
export function inheritedChanges(parent: RunRecord, preset: string): Record<string, unknown> {
  const { config } = parent
  return preset === parent.preset
    ? { ...config }
    : Object.fromEntries(weightSettings.map((key) => [key, config[key]]))
}

/**
 * Gives a new run the checkpoint it starts from, so that its parent may be deleted: as a second name of the same file
 * where the disk can, else as a copy. The engine removes it once the run has a checkpoint of its own.
 * @throws FlowerbedError `not-found` when the parent's file is gone
 */
export function takeStart(data: string, options: { from: CheckpointRecord; runId: string }): void {
  const { from, runId } = options
  const source = checkpointFolder(runFolder(data, from.runId))
  const target = checkpointFolder(startFolder(data, runId))
  mkdirSync(target, { recursive: true })
  // The description last: arrays without one are never taken for a checkpoint.
  for (const file of [from.file, descriptionOf(from.file)]) {
    const path = join(source, file)
    if (!existsSync(path)) {
      throw new FlowerbedError('not-found', errorText('run.startCheckpointMissing', { step: from.step }), {
        where: path,
      })
    }
    try {
      linkSync(path, join(target, file))
    } catch {
      copyFileSync(path, join(target, file), constants.COPYFILE_FICLONE)
    }
  }
}

/** The checkpoint that a run without one of its own starts from. @throws FlowerbedError `not-found` */
export function startOf(data: string, runId: string): { directory: string; file: string } {
  const directory = startFolder(data, runId)
  const folder = checkpointFolder(directory)
  const files = existsSync(folder) ? readdirSync(folder) : []
  const file = files.find((name) => files.includes(descriptionOf(name)) && name !== descriptionOf(name))
  if (file !== undefined) return { directory, file }
  throw new FlowerbedError('not-found', errorText('run.startWeightsGone'), { where: folder })
}
