import { isAbsolute, resolve } from 'node:path'
import type { DatasetRecord, ImportedDataset, ImportOptions } from '#shared/schemas/dataset.ts'
import type { Store } from '../database/store.ts'
import { Dataset } from '../datasets/packed-dataset.ts'
import { deleteDataset } from './delete-dataset.ts'

/** The options that a dataset was imported with, and the name that it has now. */
export function importOptionsOf(store: Store, id: string): ImportOptions {
  const { directory, name } = store.datasets.get(id)
  return { ...indexOf(directory).options, name }
}

/**
 * Replaces an earlier import by a new one. The earlier one is deleted unless runs use it.
 * @returns the dataset as it is now, and whether the earlier one was deleted
 */
export async function replaceDataset(
  store: Store,
  id: string,
  packed: ImportedDataset,
): Promise<{ dataset: DatasetRecord; deleted: boolean }> {
  const saved = store.datasets.save(packed)
  if (packed.id === id) return { dataset: saved, deleted: false }
  const excluded = carriedOver(store, id, packed.directory)
  const dataset = store.datasets.replace(id, { by: packed.id, excluded })
  const isUsed = store.datasets.runCount(id) > 0
  if (!isUsed) await deleteDataset(store, id)
  return { dataset, deleted: !isUsed }
}

/**
 * Where the images that are excluded from a dataset are in another: those of the same file with the same content, and of
 * a file that was moved or renamed.
 */
function carriedOver(store: Store, id: string, directory: string): number[] {
  const [before, after] = [indexOf(store.datasets.get(id).directory), indexOf(directory)]
  const positions = new Map(before.paths.map((path, image) => [path, image]))
  const stays = new Set(after.paths)
  const excluded = new Set(store.datasets.excluded(id))
  const moved = new Set(
    [...excluded]
      .filter((image) => !stays.has(before.paths[image] ?? ''))
      .map((image) => before.sha256[image]),
  )
  return after.paths.flatMap((path, image) => {
    const hash = after.sha256[image]
    const was = positions.get(path)
    const isSame = was === undefined ? moved.has(hash) : excluded.has(was) && before.sha256[was] === hash
    return isSame ? [image] : []
  })
}

/** The dataset that was imported from exactly these paths, the newest of several. */
export function datasetOfPaths(store: Store, paths: string[]): DatasetRecord | null {
  return datasetsOfPaths(store, paths).find(({ replacedBy }) => replacedBy === null) ?? null
}

/** The folder of the newest import of exactly these paths at the same size, whose unchanged files need not be decoded again. */
export function earlierImport(
  store: Store,
  paths: string[],
  size: Pick<ImportOptions, 'height' | 'width' | 'channels'>,
): string | undefined {
  const isSame = ({ shape }: DatasetRecord) =>
    shape.height === size.height && shape.width === size.width && shape.channels === size.channels
  return datasetsOfPaths(store, paths).find(isSame)?.directory
}

/** Newest first. */
function datasetsOfPaths(store: Store, paths: string[]): DatasetRecord[] {
  const asked = new Set(paths.filter(isAbsolute).map((path) => resolve(path)))
  return store.datasets
    .list()
    .filter(({ sources }) => sources.length === asked.size && sources.every((path) => asked.has(path)))
}

function indexOf(directory: string): Dataset['index'] {
  const dataset = new Dataset(directory)
  dataset.close()
  return dataset.index
}
