import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

export function pinnedPairHandlers({ pinnedPairs }: Services): HandlersOf<'pairs'> {
  return {
    'pairs.list': ({ id }) => pinnedPairs.list(id),
    'pairs.add': ({ id, images }) => pinnedPairs.add(id, images),
    'pairs.remove': ({ id, pair }) => pinnedPairs.remove(id, pair),
  }
}
