import { storageUse } from '../runs/disk-use.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

/** What takes the disk. */
export function storageHandlers({ store }: Services): HandlersOf<'storage'> {
  return {
    'storage.use': () => storageUse(store),
  }
}
