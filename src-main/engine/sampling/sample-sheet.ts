import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SolverName } from '#shared/schemas/sampling.ts'
import { sheetColumns } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import type { SampleRecord, SampleSettings } from '#shared/schemas/run.ts'
import { originKeyword, originText, readOrigin } from '#shared/sample-origin.ts'
import { pngText, tile, writePng } from '../images/png.ts'

export const samplesFolder = (runDirectory: string) => join(runDirectory, 'samples')

const gridFile = (step: number) => `step-${String(step).padStart(8, '0')}.png`

/** Whether the grid of a step is on disk. */
export function gridExists(runDirectory: string, step: number): boolean {
  return existsSync(join(samplesFolder(runDirectory), gridFile(step)))
}

/** The record of the grid of a step as its file has it; null where there is none or it is of another run. */
export async function readGridRecord(
  runDirectory: string,
  { runId, step }: Pick<SampleRecord, 'runId' | 'step'>,
): Promise<SampleRecord | null> {
  try {
    const text = pngText(await readFile(join(samplesFolder(runDirectory), gridFile(step))), originKeyword)
    const record = readOrigin(text ?? '')?.record
    return record?.runId === runId ? record : null
  } catch {
    return null
  }
}

/** Writes samples as a sheet into a run's `samples` folder and returns its record. */
export async function writeSampleSheet(options: {
  runId: string
  runDirectory: string
  kind: SampleRecord['kind']
  step: number
  images: PixelBatch
  seed: number
  solver: SolverName
  solverSteps: number
  settings: SampleSettings
}): Promise<SampleRecord> {
  const { runId, runDirectory, kind, step, images, seed, solver, solverSteps, settings } = options
  const { count, height, width, channels } = images
  const folder = samplesFolder(runDirectory)
  await mkdir(folder, { recursive: true })
  // A grid has one name per step, so that sampling it again after a crash replaces it.
  const suffix = kind === 'grid' ? '' : `-extra-${randomBytes(4).toString('hex')}`
  const file = gridFile(step).replace(/\.png$/, `${suffix}.png`)
  const record: SampleRecord = {
    id: `${runId}/${file}`,
    runId,
    step,
    kind,
    file,
    count,
    columns: sheetColumns(count),
    shape: { height, width, channels },
    seed,
    solver,
    solverSteps,
    settings,
    createdAt: Date.now(),
  }
  await writePng(join(folder, file), tile(images), { text: originText({ record }) })
  return record
}
