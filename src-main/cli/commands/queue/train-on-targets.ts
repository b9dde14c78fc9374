import { setTimeout as delay } from 'node:timers/promises'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { RemoteRuns } from '../../../remote/remote-runs.ts'
import type { TargetAccess } from '../../../remote/target-access.ts'
import { TargetQueue } from '../../../remote/target-queue.ts'
import type { QueuedRuns } from '../../../runs/queued-runs.ts'
import { checkInterrupted, Interrupted } from '../../support/interrupt.ts'
import { say } from '../../support/output.ts'
import { followRun } from '../../support/remote-runs.ts'
import type { Workspace } from '../../support/workspace.ts'

/** How often the queue is looked at. */
const pollMs = 500

/**
 * Trains the queued runs of targets until none is left, one at a time on each target. One whose target is not reached is
 * tried again.
 * @param onEnd is called with each run that has ended, or with the error of one that failed
 * @throws Interrupted after an interrupt; what trains there goes on
 */
export async function trainOnTargets(
  workspace: Workspace,
  options: {
    queued: QueuedRuns
    remoteRuns: RemoteRuns
    access: TargetAccess
    onEnd: (ended: { run: RunRecord } | { failure: unknown }) => void
  },
): Promise<void> {
  const { queued, remoteRuns, access, onEnd } = options
  const { store, runService } = workspace
  const following = new Set<Promise<void>>()
  const follow = async (run: RunRecord) => {
    say(`Training “${run.name}” (${run.id}) on ${run.target ?? ''}`)
    try {
      onEnd({ run: await followRun(remoteRuns, run, null) })
    } catch (thrown) {
      if (!(thrown instanceof Interrupted)) onEnd({ failure: thrown })
    }
  }
  const targetQueue = new TargetQueue({
    ...{ store, queued, runService, remoteRuns, access },
    onStart: (run) => {
      const done = follow(run).finally(() => following.delete(done))
      following.add(done)
    },
    onRefused: ({ name }, error) => {
      say(`“${name}” failed: ${error.message}`)
      onEnd({ failure: error })
    },
  })
  const told = new Set<string>()
  try {
    for (;;) {
      await checkInterrupted()
      targetQueue.wake()
      const waiting = queued.state().entries.filter(({ target }) => target !== null)
      for (const { runId, reason } of waiting) sayOnce(told, store.runs.get(runId).name, reason)
      if (waiting.length === 0 && following.size === 0) return
      await delay(pollMs)
    }
  } finally {
    targetQueue.close()
    await Promise.all(following)
  }
}

function sayOnce(told: Set<string>, name: string, reason: string | null): void {
  if (reason === null) return
  const text = `“${name}” waits in the queue: ${reason}`
  if (!told.has(text)) say(text)
  told.add(text)
}
