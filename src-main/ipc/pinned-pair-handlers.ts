import { undoMs } from '../runs/pending-deletions.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

export function pinnedPairHandlers({ store, pinnedPairs, deletions }: Services): HandlersOf<'pairs'> {
  return {
    'pairs.list': ({ id }) => pinnedPairs.list(id),
    'pairs.add': ({ id, images }) => pinnedPairs.add(id, images),
    'pairs.remove': ({ id, pair }) => {
      const key = store.runs.key(id)
      // The window shows it again by itself.
      const deletion = deletions.add({
        ...{ work: () => store.pairs.remove(key, pair), undo: () => undefined },
        hides: [pair],
      })
      return { deletion, undoMs }
    },
  }
}
