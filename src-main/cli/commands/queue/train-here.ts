import { setTimeout as delay } from 'node:timers/promises'
import { toFlowerbedError } from '#shared/errors.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { trainingDevices } from '#shared/training-devices.ts'
import type { TrainingDevice } from '#shared/training-devices.ts'
import { usableGpusHere } from '../../../engine/backend/device-choice.ts'
import { DeviceTurns } from '../../../runs/device-turns.ts'
import type { QueuedRuns } from '../../../runs/queued-runs.ts'
import { trainInOrder } from '../../../runs/train-in-order.ts'
import { checkInterrupted, wasInterrupted } from '../../support/interrupt.ts'
import { say } from '../../support/output.ts'
import { trainRun } from '../../support/train-run.ts'
import type { TrainRunOptions } from '../../support/train-run.ts'
import type { Workspace } from '../../support/workspace.ts'
import { deviceName, DeviceTraining } from './device-training.ts'

/** How often the queue is looked at while nothing may start. */
const pollMs = 500

/** Is called with each run that has ended, or with the error of one that failed. */
export type OnEnd = (ended: { run: RunRecord } | { failure: unknown }) => void

/** What the devices of this computer share. */
interface Shared {
  workspace: Workspace
  queued: QueuedRuns
  turns: DeviceTurns
  training: DeviceTraining
  onEnd: OnEnd
  /** Whether it is said that nothing may start. */
  isWaiting: boolean
  /** Whether an interrupt has ended a run in training. */
  isCut: boolean
}

/**
 * Trains the queued runs of this computer until none is left: one at a time, or one on each of several GPUs, as the app does.
 * @throws Interrupted after an interrupt, when all of them are saved
 */
export async function trainHere(
  workspace: Workspace,
  { queued, onEnd }: { queued: QueuedRuns; onEnd: OnEnd },
): Promise<void> {
  const { runService } = workspace
  const devices = trainingDevices(usableGpusHere().map(({ index }) => index))
  const turns = new DeviceTurns({
    devices: () => devices,
    trainedElsewhere: () => runService.trainedElsewhere(),
  })
  const training = new DeviceTraining(workspace)
  const shared = { workspace, queued, turns, training, onEnd, isWaiting: false, isCut: false }
  const done = await Promise.allSettled(
    devices.map((device) =>
      trainInOrder({
        next: () => nextRun(device, shared),
        train: (run) => trainNext(run, device, shared),
        finished: () => Promise.resolve(),
      }),
    ),
  )
  if (shared.isCut) say('Resume with: flowerbed queue run')
  const failed = done.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}

/** The next run that may start on a device, once it may, which then has the turn; null when none is left. */
async function nextRun(device: TrainingDevice, shared: Shared): Promise<RunRecord | null> {
  const { workspace, queued, turns } = shared
  const { runService } = workspace
  for (;;) {
    await checkInterrupted()
    const next = turns.next(device, queued.due())
    if (next) {
      shared.isWaiting = false
      const run = runService.find(next.run.runId)
      turns.take(run.id, next.devices)
      return run
    }
    // Others may be added while one trains.
    if (turns.areFree && queued.waitingFor(null).length === 0) return null
    if (turns.areFree && !shared.isWaiting) {
      shared.isWaiting = true
      const isBusy = runService.isAnyTrainedElsewhere
      say(isBusy ? 'Another Flowerbed trains; waiting for it to end …' : 'Waiting for the next run …')
    }
    await delay(pollMs)
  }
}

/** Trains a run that has the turn; answers its record, null when it failed. */
async function trainNext(run: RunRecord, device: TrainingDevice, shared: Shared): Promise<RunRecord | null> {
  const { workspace, queued, turns, training, onEnd } = shared
  const { runService, store } = workspace
  const where = device === 'computer' ? '' : ` on ${deviceName(device)}`
  say(`Training “${run.name}” (${run.id})${where}, ${queued.waitingFor(null).length} in the queue …`)
  const begun = () => queued.begin(run.id)
  const train = (options: TrainRunOptions) =>
    trainRun(workspace, run, {
      ...{ ...queued.optionsOf(run.id), ...options, begun },
      partOfExperiment: true,
    })
  try {
    const record = await (device === 'computer' ? train({}) : training.with({ device, run }, train))
    queued.remove([run.id])
    onEnd({ run: record })
    return record
  } catch (thrown) {
    if (wasInterrupted()) {
      shared.isCut = true
      throw thrown
    }
    // The app has begun it at the same moment.
    if (runService.isTrainedElsewhere(run.id)) {
      await delay(pollMs)
      return null
    }
    const isUnrecorded = store.runs.status(run.id) === 'queued'
    queued.remove([run.id])
    if (isUnrecorded) runService.refuse(run.id, thrown)
    onEnd({ failure: thrown })
    say(`“${run.name}” failed: ${toFlowerbedError(thrown).message}`)
    return null
  } finally {
    turns.release(run.id)
  }
}
