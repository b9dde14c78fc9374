import { existsSync } from 'node:fs'
import { samplingOf, selectionOf } from '#shared/schemas/sampling.ts'
import type { Sampling } from '#shared/schemas/sampling.ts'
import type { ExportFormat, ExportRequest, ExportResult } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { writeFolderAtomically } from '../../files/atomic-write.ts'
import type { FolderFiles } from '../../files/atomic-write.ts'
import type { Model } from './sampler.ts'
import { savedModelFiles } from './saved-model-files.ts'

/** What an export is made of. */
export interface Exported {
  model: Model
  sampling: Sampling
  /** Images that one call draws. */
  count: number
  /** The training step that the weights are from, and the run's settings. */
  step: number
  config: ExportRequest['model']['config']
}

const formats: Record<ExportFormat, (exported: Exported) => FolderFiles> = {
  'saved-model': savedModelFiles,
}

/**
 * Writes a model for other programs, into a folder that must not be there yet; it is there whole or not at all.
 * @throws FlowerbedError `conflict` when the folder is there, `bad-input` for what the format cannot hold
 */
export async function exportModel(
  model: Model,
  { request, step }: { request: ExportRequest; step: number },
): Promise<ExportResult> {
  const { format, folder } = request
  const { count } = selectionOf({ count: request.count, seed: 0 })
  if (existsSync(folder)) {
    throw new FlowerbedError('conflict', 'This folder is there already, and nothing is written over.', {
      where: folder,
      hint: 'Give the name of a new one.',
    })
  }
  const { config } = request.model
  const files = formats[format]({ model, sampling: samplingOf(request.sampling), count, step, config })
  await writeFolderAtomically(folder, files)
  const sizes = Object.values(files).map((content) => Buffer.byteLength(content))
  return { folder, files: Object.keys(files), bytes: sizes.reduce((sum, size) => sum + size, 0), step }
}
