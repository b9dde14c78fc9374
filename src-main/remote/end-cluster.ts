import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Store } from '../database/store.ts'
import { checkUnused, removeTarget } from './remove-target.ts'
import { canBeStopped } from './sky-task.ts'
import type { SkyTarget } from './sky-task.ts'
import { removeSkyCluster, stopSkyCluster } from './sky.ts'
import type { SkyOptions } from './sky.ts'

/** @throws FlowerbedError `bad-input` for a target whose machine SkyPilot did not start; `not-found` */
function skyTargetOf(store: Store, name: string): SkyTarget {
  const { target } = store.targets.get(name)
  if (target.kind === 'sky') return target
  throw new FlowerbedError('bad-input', errorText('sky.notSky', { name }), { where: name })
}

/**
 * Checks that the machine of a SkyPilot target may be stopped.
 * @throws FlowerbedError `conflict` while a run trains there or for one that can only be deleted, `bad-input`, `not-found`
 */
export function checkStoppable(store: Store, name: string): SkyTarget {
  const target = skyTargetOf(store, name)
  const used = store.launches.open().find((launch) => launch.target === name)
  if (used) {
    const run = store.runs.get(used.runId).name
    throw new FlowerbedError('conflict', errorText('sky.inUse', { name, run }), { where: used.runId })
  }
  if (!canBeStopped(target)) throw new FlowerbedError('conflict', errorText('sky.onlyDeleted', { name }))
  return target
}

/** Stops the machine of a SkyPilot target; its disk stays. @throws FlowerbedError see `checkStoppable`, `unavailable` */
export async function stopTargetCluster(store: Store, name: string, options: SkyOptions = {}): Promise<void> {
  await stopSkyCluster(checkStoppable(store, name), options)
}

/** Checks that a SkyPilot target may be removed with its machine. @throws FlowerbedError `conflict`, `bad-input`, `not-found` */
export function checkClusterRemovable(store: Store, name: string): SkyTarget {
  const target = skyTargetOf(store, name)
  checkUnused(store, name)
  return target
}

/**
 * Deletes the machine of a SkyPilot target with all that lies there, and forgets the target.
 * @throws FlowerbedError see `checkClusterRemovable`; `unavailable` with the target still there
 */
export async function removeTargetWithCluster(
  store: Store,
  name: string,
  options: SkyOptions = {},
): Promise<void> {
  await removeSkyCluster(checkClusterRemovable(store, name), options)
  removeTarget(store, name)
}
