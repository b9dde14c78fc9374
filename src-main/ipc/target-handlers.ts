import type { TargetEntry } from '#shared/ipc.ts'
import { removeTargetWithCluster, stopTargetCluster } from '../remote/end-cluster.ts'
import { removeTarget } from '../remote/remove-target.ts'
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
    'targets.remove': async ({ name, cluster = false }) => {
      if (cluster) await removeTargetWithCluster(store, name)
      else removeTarget(store, name)
      return list()
    },
    'targets.stop': async ({ name }) => {
      await stopTargetCluster(store, name)
    },
    'targets.examine': async ({ name }) => {
      store.targets.saw(name, await targets.examine(name))
      return list()
    },
    'targets.runs': () => remoteRuns.states(),
  }
}
