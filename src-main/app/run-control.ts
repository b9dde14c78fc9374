import type { EngineEvent } from '#shared/engine-messages.ts'
import type { AppEvent } from '#shared/ipc.ts'
import { isLive } from '#shared/schemas/run.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { ExperimentQueue } from '../runs/experiment-queue.ts'
import type { RunKeeper } from '../runs/run-service.ts'
import type { TrainingDesk } from '../runs/training-queue.ts'
import type { Store } from '../database/store.ts'
import type { RunControl } from './engine-events.ts'
import { isStorageFault } from './storage-faults.ts'

/** What happens to the app's runs when their history cannot be written. */
export function runControl(options: {
  store: Store
  keeper: RunKeeper
  desk: TrainingDesk
  experiments: ExperimentQueue
  emit: (event: AppEvent) => void
}): RunControl {
  const { store, keeper, desk, experiments, emit } = options
  /** The record of a run that does not train although it says so. */
  const stale = (runId: string): RunRecord | null => {
    const run = store.runs.get(runId)
    const trainsNot = desk.running?.id !== runId && !keeper.isTrainedElsewhere(runId)
    return isLive(run) && trainsNot ? run : null
  }
  return {
    record: (event) => keeper.record(event),
    pause: async (runId) => {
      // The next run of an experiment could not be recorded either.
      experiments.halt()
      try {
        await desk.pause(runId)
      } catch (thrown) {
        // A checkpoint that could not be written ends training all the same, a moment later.
        if (isStorageFault(thrown)) await desk.settled(runId)
        throw thrown
      }
    },
    discard: async (runId) => {
      emit({ type: 'runDeleted', id: runId })
      if (desk.running?.id === runId) await desk.stop(runId, false)
    },
    ended: (runId) => desk.settled(runId),
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

/** Passes on to the window what the engine tells, as far as it shows it. */
export function forwardToWindow(event: EngineEvent, emit: (event: AppEvent) => void): void {
  if (event.type === 'metrics' || event.type === 'progress' || event.type === 'install') emit(event)
  else if (event.type === 'sample' || event.type === 'diagnostics' || event.type === 'drawing') emit(event)
  else if (event.type === 'warning') {
    const { runId, message } = event
    emit({ type: 'notice', level: 'warning', message, runId })
  }
}
