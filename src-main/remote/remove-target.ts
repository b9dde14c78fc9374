import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Store } from '../database/store.ts'

/**
 * Forgets a target; what lies there stays.
 * @throws FlowerbedError see `checkUnused`; `not-found`
 */
export function removeTarget(store: Store, name: string): void {
  checkUnused(store, name)
  store.targets.remove(name)
  store.folders.forget(name)
}

/**
 * Checks that no run needs a target.
 * @throws FlowerbedError `conflict` while a run trains there, whose end could not be recorded any more, or is queued for it
 */
export function checkUnused(store: Store, name: string): void {
  const used = store.launches.open().find(({ target }) => target === name)
  if (used) {
    const run = store.runs.get(used.runId).name
    throw new FlowerbedError('conflict', errorText('remote.targetInUse', { name, run }))
  }
  const queued = store.queue.list().find(({ target, status }) => target === name && status === 'queued')
  if (queued) {
    const run = store.runs.get(queued.runId).name
    throw new FlowerbedError('conflict', errorText('remote.targetQueued', { name, run }))
  }
}
