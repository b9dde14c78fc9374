import type { EngineEvent } from '#shared/engine-messages.ts'
import type { AppEvent } from '#shared/ipc.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { RunQueue } from '../runs/run-queue.ts'
import type { RunService } from '../runs/run-service.ts'
import type { TrainingQueues } from '../runs/training-queues.ts'
import type { Store } from '../database/store.ts'
import type { RunControl } from './engine-events.ts'
import { isStorageFault } from '../database/storage-faults.ts'

/** What happens to the app's runs when their history cannot be written. */
export function runControl(options: {
  store: Store
  runService: RunService
  trainingQueues: TrainingQueues
  runQueue: RunQueue
  emit: (event: AppEvent) => void
}): RunControl {
  const { store, runService, trainingQueues, runQueue, emit } = options
  /** The record of a run that does not train although it says so. */
  const stale = (runId: string): RunRecord | null => {
    const run = store.runs.get(runId)
    const isIdle = !trainingQueues.trains(runId) && !runService.isTrainedElsewhere(runId)
    return isLive(run) && isIdle ? run : null
  }
  return {
    record: (event) => runService.record(event),
    pause: async (runId) => {
      // The next run of the queue could not be recorded either.
      runQueue.hold()
      try {
        await trainingQueues.pause(runId)
      } catch (thrown) {
        // A checkpoint that could not be written ends training all the same, a moment later.
        if (isStorageFault(thrown)) await trainingQueues.settled(runId)
        throw thrown
      }
    },
    discard: async (runId) => {
      emit({ type: 'runDeleted', id: runId })
      if (trainingQueues.trains(runId)) await trainingQueues.stop(runId, false)
    },
    ended: (runId) => trainingQueues.settled(runId),
    settle: (runId) => {
      if (!stale(runId)) return
      emit({ type: 'run', run: store.runs.update(runId, { status: 'paused' }) })
    },
    showPaused: (runId) => {
      const run = stale(runId)
      if (run) emit({ type: 'run', run: { ...run, status: 'paused' } })
    },
  }
}

/** Passes on to the window the engine's events that it shows. */
export function forwardToWindow(event: EngineEvent, emit: (event: AppEvent) => void): void {
  if (event.type === 'metrics' || event.type === 'progress' || event.type === 'install') emit(event)
  else if (event.type === 'sample' || event.type === 'diagnostics' || event.type === 'sampling') emit(event)
  else if (event.type === 'workers' || event.type === 'waiting') emit(event)
  else if (event.type === 'warning') {
    const { runId, message } = event
    emit({ type: 'notice', level: 'warning', message, runId })
  }
}
