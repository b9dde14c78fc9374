import { existsSync } from 'node:fs'
import { samplingOf, selectionOf } from '#shared/schemas/sampling.ts'
import type { ExportFormat, ExportRequest, ExportResult } from '#shared/sampling-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { writeFolderAtomically } from '../../files/atomic-write.ts'
import type { FolderFiles } from '../../files/atomic-write.ts'
import type { ExportPlan } from './export-plan.ts'
import type { Sampler } from './sampler.ts'
import type { OnStep } from './sampling-jobs.ts'
import { savedModelFiles } from './saved-model-files.ts'

const formats: Record<ExportFormat, (plan: ExportPlan) => FolderFiles> = {
  'saved-model': savedModelFiles,
}

/**
 * Exports a model for other programs, atomically, into a new folder.
 * @throws FlowerbedError `cancelled`, `conflict` when the folder exists, `bad-input` for what the format cannot represent
 */
export async function exportModel(
  sampler: Sampler,
  { request, step, onStep }: { request: ExportRequest; step: number; onStep?: OnStep },
): Promise<ExportResult> {
  const { format, folder } = request
  const { count } = selectionOf({ count: request.count, seed: 0 })
  if (existsSync(folder)) {
    throw new FlowerbedError('conflict', errorText('files.folderExists'), { where: folder })
  }
  const { config } = request.model
  await onStep?.(0.1)
  const files = formats[format]({ sampler, sampling: samplingOf(request.sampling), count, step, config })
  // Nothing is written where it was cancelled meanwhile.
  await onStep?.(0.5)
  await writeFolderAtomically(folder, files)
  const sizes = Object.values(files).map((content) => Buffer.byteLength(content))
  return { folder, files: Object.keys(files), bytes: sizes.reduce((sum, size) => sum + size, 0), step }
}
