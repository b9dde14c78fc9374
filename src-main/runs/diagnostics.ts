import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  diagnosticsFile,
  diagnosticsFolder,
  diagnosticsSchema,
  stepOfDiagnostics,
} from '#shared/schemas/diagnostics.ts'
import type { Diagnostics } from '#shared/schemas/diagnostics.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { runFolder } from '../files/data-folder.ts'

export const diagnosticsFolderOf = (dataDirectory: string, runId: string) =>
  join(runFolder(dataDirectory, runId), diagnosticsFolder)

/** The steps of a run that have diagnostics, up to where it stands: it may have resumed from an earlier checkpoint. */
export async function diagnosedSteps(dataDirectory: string, run: RunRecord): Promise<number[]> {
  const files = await readdir(diagnosticsFolderOf(dataDirectory, run.id)).catch(() => [])
  return files
    .map(stepOfDiagnostics)
    .filter((step) => step !== null && step <= run.step)
    .map(Number)
    .sort((a, b) => a - b)
}

/**
 * The diagnostics of a step, of the last one by default; null when there are none yet.
 * @throws FlowerbedError `not-found` for a step without, `corrupt` for a file that cannot be read
 */
export async function readDiagnostics(
  dataDirectory: string,
  run: RunRecord,
  atStep?: number,
): Promise<Diagnostics | null> {
  const steps = await diagnosedSteps(dataDirectory, run)
  const step = atStep ?? steps.at(-1)
  if (step === undefined) return null
  if (!steps.includes(step)) {
    const text =
      steps.length === 0
        ? errorText('run.noDiagnostics', { name: run.name, step })
        : errorText('run.noDiagnosticsOfStep', { name: run.name, step, choices: steps.join(', ') })
    throw new FlowerbedError('not-found', text, { where: 'step' })
  }
  const path = join(diagnosticsFolderOf(dataDirectory, run.id), diagnosticsFile(step))
  try {
    return diagnosticsSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    throw new FlowerbedError('corrupt', errorText('run.unreadableDiagnostics'), { where: path, cause })
  }
}
