import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SampleRecord } from '#shared/schemas/run.ts'
import type { Store } from '../database/store.ts'
import { runFolder } from '../files/data-folder.ts'

/** A sheet of samples with the bytes of its PNG. */
export interface EmbeddedSheet {
  record: SampleRecord
  png: Buffer
}

/** Grids of a run through its time, the first and the last among them; those whose file is gone are left out. */
export async function gridsThroughTime(store: Store, runId: string, most: number): Promise<EmbeddedSheet[]> {
  const grids = store.samples.list(store.runs.key(runId)).filter(({ kind }) => kind === 'grid')
  const chosen = spread(grids, most)
  const read = await Promise.all(
    chosen.map(async (record) => {
      const file = join(runFolder(store.directory, runId), 'samples', record.file)
      const png = await readFile(file).catch(() => null)
      return png ? [{ record, png }] : []
    }),
  )
  return read.flat()
}

/** At most so many of a list, evenly spread: the last, and the first where there is room for it. */
export function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list]
  if (most <= 1) return list.slice(-1)
  return Array.from(
    { length: most },
    (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))],
  ).filter((one) => one !== undefined)
}

/** The image of a sheet, inside the page. */
export const sheetImage = ({ png }: EmbeddedSheet, alt: string): string =>
  `<img src="data:image/png;base64,${png.toString('base64')}" alt="${alt}">`
