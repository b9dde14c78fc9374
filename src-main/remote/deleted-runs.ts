import { toFlowerbedError } from '#shared/errors.ts'
import type { Store } from '../database/store.ts'
import { createLogger } from '../log.ts'
import type { AgentClient } from './agent-client.ts'

const log = createLogger('remote')

/** Whether folders of runs that were deleted here are still to be deleted on a target. */
export const hasDeletedRuns = ({ folders }: Store, name: string): boolean =>
  folders.left().some(({ target }) => target === name)

/**
 * Deletes on a target the folders of runs that were deleted here. One that cannot be deleted now, as it still trains there,
 * is tried again at the next connection.
 * @throws FlowerbedError `unavailable` when the connection is lost
 */
export async function clearDeletedRuns(
  { folders }: Store,
  { target, agent, signal }: { target: string; agent: Pick<AgentClient, 'remove'>; signal?: AbortSignal },
): Promise<void> {
  for (const left of folders.left().filter((one) => one.target === target)) {
    try {
      await agent.remove(left.runId, signal)
      folders.deleted(left)
    } catch (thrown) {
      const error = toFlowerbedError(thrown)
      if (error.kind === 'unavailable' || error.kind === 'cancelled') throw error
      log.warn(`${left.runId} on ${target} is not deleted: ${error.message}`)
    }
  }
}
