import type { RunRecord } from '#shared/schemas/run.ts'
import { QueuedRuns } from '../../../runs/queued-runs.ts'
import { withRemoteRuns } from '../../support/remote-runs.ts'
import type { Workspace } from '../../support/workspace.ts'
import { trainHere } from './train-here.ts'
import type { OnEnd } from './train-here.ts'
import { trainOnTargets } from './train-on-targets.ts'

/**
 * Trains the queued runs until none is left: one at a time on this computer, or on each of its GPUs, on each target likewise, and all
 * of these at once. Waits while another process trains, and for those that have a time. A run that fails lets the next begin.
 * @returns the runs that ended, and the errors of those that failed
 * @throws Interrupted after an interrupt; the runs in training stay first in the queue
 */
export async function trainQueue(workspace: Workspace): Promise<{ ended: RunRecord[]; failures: unknown[] }> {
  const queued = new QueuedRuns(workspace)
  const ended: RunRecord[] = []
  const failures: unknown[] = []
  // Asked for here, it goes on, whatever was paused in the app.
  queued.held = false
  for (const target of queued.heldTargets) queued.holdTarget(target, false)
  await withRemoteRuns(workspace, async (remoteRuns, access) => {
    const onEnd: OnEnd = (one) => {
      if ('run' in one) ended.push(one.run)
      else failures.push(one.failure)
    }
    // Each is ended in its own way by an interrupt.
    const both = await Promise.allSettled([
      trainHere(workspace, { queued, onEnd }),
      trainOnTargets(workspace, { queued, remoteRuns, access, onEnd }),
    ])
    const failed = both.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
  })
  return { ended, failures }
}
