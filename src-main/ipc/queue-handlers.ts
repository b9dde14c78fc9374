import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

export function queueHandlers({ runQueue, history }: Services): HandlersOf<'queue'> {
  return {
    'queue.get': () => runQueue.state(),
    'queue.remove': ({ id }) => runQueue.remove([id]),
    'queue.move': ({ id, position }) => runQueue.move(id, position),
    'queue.schedule': ({ id, ...condition }) => runQueue.schedule(id, condition),
    'queue.setTarget': ({ id, target }) => runQueue.setTarget(id, target),
    'queue.goOn': () => {
      history.checkComplete()
      runQueue.goOn()
    },
  }
}
