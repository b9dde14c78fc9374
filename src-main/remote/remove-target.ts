import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Store } from '../database/store.ts'

/**
 * Forgets a target; what lies there stays.
 * @throws FlowerbedError `conflict` while a run trains there, whose end could not be recorded any more; `not-found`
 */
export function removeTarget(store: Store, name: string): void {
  const used = store.launches.open().find(({ target }) => target === name)
  if (used) {
    const run = store.runs.get(used.runId).name
    throw new FlowerbedError('conflict', errorText('remote.targetInUse', { name, run }))
  }
  store.targets.remove(name)
}
