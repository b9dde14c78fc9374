import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PixelBatch } from '#contract/pictures.ts'
import type { SampleRecord } from '#contract/run.ts'
import { sheetColumns, tile, writePng } from '../pictures/png.ts'

/** Writes drawn pictures as one PNG into the run's `samples` folder and answers what SQLite keeps of it. */
export async function saveSheet(options: {
  runDirectory: string
  pictures: PixelBatch
  about: Pick<SampleRecord, 'runId' | 'step' | 'kind' | 'seed' | 'solver' | 'solverSteps'>
}): Promise<SampleRecord> {
  const { runDirectory, pictures, about } = options
  const folder = join(runDirectory, 'samples')
  await mkdir(folder, { recursive: true })
  const createdAt = Date.now()
  const place = `step-${String(about.step).padStart(8, '0')}`
  const file =
    about.kind === 'grid' ? `${place}.png` : `${place}-${createdAt.toString(36)}-seed-${about.seed}.png`
  const columns = sheetColumns(pictures.count)
  await writePng(join(folder, file), tile(pictures, columns))
  const { height, width, channels, count } = pictures
  return {
    ...about,
    id: `${about.runId}/${file}`,
    file,
    count,
    columns,
    shape: { height, width, channels },
    createdAt,
  }
}
