import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Dataset } from '../datasets/packed-dataset.ts'

/** Whether a packed dataset is there as a whole, as far as its index and the size of its pixels tell. */
export function isComplete(directory: string): boolean {
  try {
    new Dataset(directory).close()
    return true
  } catch {
    return false
  }
}

/** `agent datasets`: the ids of those that are complete. */
export async function listDatasets(folder: string): Promise<string[]> {
  const datasets = join(folder, 'datasets')
  const names = await readdir(datasets).catch(() => [])
  return names.filter((name) => !name.startsWith('.') && isComplete(join(datasets, name))).sort()
}
