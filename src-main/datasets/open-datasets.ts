import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Dataset } from './packed-dataset.ts'
import { indexName, pixelsName } from './index-file.ts'

/** Open at once; an index is in memory while its dataset is open. */
const mostOpen = 4

/** The packed datasets that were asked for last, each index read once until another import changes it. */
export class OpenDatasets {
  private readonly datasets = new Map<string, { dataset: Dataset; stamp: string }>()

  /** @throws FlowerbedError `not-found` or `corrupt` */
  get(directory: string): Dataset {
    const stamp = stampOf(directory)
    const known = this.datasets.get(directory)
    if (known && known.stamp !== stamp) this.close(directory)
    const dataset = known?.stamp === stamp ? known.dataset : new Dataset(directory)
    this.datasets.delete(directory)
    this.datasets.set(directory, { dataset, stamp })
    for (const [oldest] of this.datasets) {
      if (this.datasets.size <= mostOpen) break
      this.close(oldest)
    }
    return dataset
  }

  close(directory: string): void {
    this.datasets.get(directory)?.dataset.close()
    this.datasets.delete(directory)
  }
}

/** Another one once a file was written or replaced, also by another process. */
function stampOf(directory: string): string {
  return [indexName, pixelsName]
    .map((name) => {
      const found = statSync(join(directory, name), { bigint: true, throwIfNoEntry: false })
      return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : ''
    })
    .join(', ')
}
