import { storageUse } from '../runs/disk-use.ts'
import { undoMs } from '../runs/pending-deletions.ts'
import { planThinning, thinOut } from '../runs/thin-out.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

/** What takes the disk, and making room. */
export function storageHandlers({ store, deletions, emit }: Services): HandlersOf<'storage'> {
  return {
    'storage.use': () => storageUse(store),
    'storage.planThinning': ({ runs, rule }) => planThinning(store, runs, rule),
    'storage.thinOut': ({ runs, rule }) => {
      const work = async () => {
        for (const id of runs) {
          const { samples, checkpoints } = await thinOut(store, id, rule)
          if (samples.length > 0) emit({ type: 'samplesDeleted', runId: id, samples })
          if (checkpoints > 0) emit({ type: 'checkpoints', runId: id })
        }
      }
      return { deletion: deletions.add({ work, undo: () => undefined }), undoMs }
    },
    'storage.undo': ({ deletion }) => deletions.undo(deletion),
  }
}
