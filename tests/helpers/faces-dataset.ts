import { join } from 'node:path'
import type { Store } from '../../src-main/database/store.ts'

/** A dataset in the history without files; for tests of runs that never read an image. */
export function facesDataset(store: Store, { count = 4 } = {}): void {
  store.datasets.save({
    id: 'faces',
    name: 'Faces',
    directory: join(store.directory, 'datasets', 'faces'),
    shape: { height: 8, width: 8, channels: 3 },
    count,
    labels: [],
    sources: [],
    problemCount: 0,
    bytes: 0,
    createdAt: 1,
  })
}
