import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { TargetEntry } from '#shared/ipc.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

export function targetHandlers({ store, targets, remoteRuns }: Services): HandlersOf<'targets'> {
  const list = (): TargetEntry[] => store.targets.list().map(({ target, seen }) => ({ target, seen }))
  return {
    'targets.list': list,
    'targets.add': (target) => {
      store.targets.add(target)
      return list()
    },
    'targets.remove': ({ name }) => {
      const used = store.launches.open().find(({ target }) => target === name)
      if (used) {
        const run = store.runs.get(used.runId).name
        throw new FlowerbedError('conflict', errorText('remote.targetInUse', { name, run }))
      }
      store.targets.remove(name)
      return list()
    },
    'targets.examine': async ({ name }) => {
      store.targets.saw(name, await targets.examine(name))
      return list()
    },
    'targets.runs': () => remoteRuns.states(),
  }
}
