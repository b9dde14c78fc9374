import { setTimeout as delay } from 'node:timers/promises'
import { toFlowerbedError } from '#shared/errors.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { QueuedRuns } from '../../../runs/queued-runs.ts'
import { trainInOrder } from '../../../runs/train-in-order.ts'
import { checkInterrupted, wasInterrupted } from '../../support/interrupt.ts'
import { say } from '../../support/output.ts'
import { withRemoteRuns } from '../../support/remote-runs.ts'
import { trainRun } from '../../support/train-run.ts'
import type { Workspace } from '../../support/workspace.ts'
import { trainOnTargets } from './train-on-targets.ts'

/** How often the queue is looked at while nothing may start. */
const pollMs = 500

/**
 * Trains the queued runs until none is left: here one after the other, on each target likewise, and all of these at once. Waits while another process trains, and for those that have a time. A
 * run that fails lets the next begin.
 * @returns the runs that ended, and the errors of those that failed
 * @throws Interrupted after an interrupt; the run in training stays first in the queue
 */
export async function trainQueue(
  workspace: Workspace,
  endLine: () => void,
): Promise<{ ended: RunRecord[]; failures: unknown[] }> {
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
      trainHere(workspace, { queued, endLine, onEnd }),
      trainOnTargets(workspace, { queued, remoteRuns, access, onEnd }),
    ])
    const failed = both.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
  })
  return { ended, failures }
}

type OnEnd = Parameters<typeof trainOnTargets>[1]['onEnd']

async function trainHere(
  workspace: Workspace,
  { queued, endLine, onEnd }: { queued: QueuedRuns; endLine: () => void; onEnd: OnEnd },
): Promise<void> {
  const { runService, store } = workspace
  await trainInOrder({
    next: () => nextRun(workspace, queued),
    train: async (run) => {
      say(`Training “${run.name}” (${run.id}), ${queued.waitingFor(null).length} in the queue …`)
      const checkpoint = queued.rows().find(({ runId }) => runId === run.id)?.checkpoint ?? null
      try {
        const options = checkpoint === null ? {} : { checkpoint }
        const begun = () => queued.begin(run.id)
        const record = await trainRun(workspace, run, { ...options, begun, partOfExperiment: true })
        queued.remove([run.id])
        onEnd({ run: record })
        return record
      } catch (thrown) {
        if (wasInterrupted()) {
          say('Resume with: flowerbed queue run')
          throw thrown
        }
        const isUnrecorded = store.runs.status(run.id) === 'queued'
        queued.remove([run.id])
        if (isUnrecorded) runService.refuse(run.id, thrown)
        onEnd({ failure: thrown })
        say(`“${run.name}” failed: ${toFlowerbedError(thrown).message}`)
        return null
      } finally {
        endLine()
      }
    },
    finished: () => Promise.resolve(),
  })
}

/** The next run that may start, once it may; null when none is left. */
async function nextRun({ runService }: Workspace, queued: QueuedRuns): Promise<RunRecord | null> {
  let isSaid = false
  for (;;) {
    await checkInterrupted()
    const isBusy = runService.isAnyTrainedElsewhere
    const next = isBusy ? null : queued.next()
    if (next) return runService.find(next.runId)
    if (queued.waitingFor(null).length === 0) return null
    if (!isSaid)
      say(isBusy ? 'Another Flowerbed trains; waiting for it to end …' : 'Waiting for the next run …')
    isSaid = true
    await delay(pollMs)
  }
}
