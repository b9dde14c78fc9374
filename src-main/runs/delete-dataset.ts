import { folderBytes } from '../files/atomic-write.ts'
import { removeBelow } from '../files/removal.ts'
import { datasetsFolder } from '../files/data-folder.ts'
import type { Store } from '../database/store.ts'

/**
 * Deletes a dataset's packed images and then its row: should the row stay, the dataset can be deleted again or its
 * folder of images imported again. One that cannot be read is deleted too.
 * @throws FlowerbedError `not-found`, or `conflict` for a folder that is not this data folder's
 */
export async function deleteDataset(store: Store, id: string): Promise<{ freedBytes: number }> {
  const directory = store.datasets.directoryOf(id)
  if (directory === null) {
    // Files outside of the data folder are not deleted.
    store.datasets.delete(id)
    return { freedBytes: 0 }
  }
  const freedBytes = await folderBytes(directory)
  await removeBelow(datasetsFolder(store.directory), directory)
  store.datasets.delete(id)
  return { freedBytes }
}
