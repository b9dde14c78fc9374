import type { AppEvent, AppSettings } from '#shared/ipc.ts'
import type { ImporterClient } from '../processes/resilient-importer.ts'
import type { EngineEvents } from '../app/engine-events.ts'
import type { EngineHost } from '../processes/engine.ts'
import type { ExperimentQueue } from '../runs/experiment-queue.ts'
import type { Reconstructor } from '../runs/reconstructions.ts'
import type { RunService } from '../runs/run-service.ts'
import type { TrainingQueue } from '../runs/training-queue.ts'
import type { Store } from '../database/store.ts'

/** What the handlers work with; made once, by the composition root. */
export interface Services {
  store: Store
  runService: RunService
  trainingQueue: TrainingQueue
  experiments: ExperimentQueue
  reconstructor: Reconstructor
  /** Records what the engine tells. */
  history: Pick<EngineEvents, 'checkComplete'>
  /** Trains and draws. */
  engine: EngineHost
  /** Installs TensorFlow, apart from the engine so that a pause does not end a download. */
  installer: EngineHost
  importer: ImporterClient
  emit: (event: AppEvent) => void
  settings: SettingsOf
}

export interface SettingsOf {
  get: () => AppSettings
  change: (changes: Partial<AppSettings>) => AppSettings
}
