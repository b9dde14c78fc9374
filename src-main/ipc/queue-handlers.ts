import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

export function queueHandlers({ runQueue, history }: Services): HandlersOf<'queue'> {
  return {
    'queue.get': () => runQueue.state(),
    'queue.add': ({ id }) => {
      history.checkComplete()
      runQueue.add([id])
      return runQueue.state()
    },
    'queue.remove': ({ id }) => {
      runQueue.remove([id])
      return runQueue.state()
    },
    'queue.move': ({ id, position }) => {
      runQueue.move(id, position)
      return runQueue.state()
    },
    'queue.schedule': ({ id, ...condition }) => {
      runQueue.schedule(id, condition)
      return runQueue.state()
    },
    'queue.goOn': () => {
      history.checkComplete()
      runQueue.goOn()
      return runQueue.state()
    },
  }
}
