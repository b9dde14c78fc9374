import type { AppEvent } from '#shared/ipc.ts'
import type { ImporterClient } from '../processes/importer.ts'
import type { EngineEvents } from '../app/engine-events.ts'
import type { GpuDevices } from '../app/gpu-devices.ts'
import type { AppSettingsStore } from '../app/settings.ts'
import type { EngineSupervisor } from '../processes/engine.ts'
import type { EngineProcesses } from '../processes/engine-processes.ts'
import type { Evaluations } from '../runs/evaluations.ts'
import type { PendingDeletions } from '../runs/pending-deletions.ts'
import type { PinnedPairs } from '../runs/pinned-pairs.ts'
import type { RemoteRuns } from '../remote/remote-runs.ts'
import type { TargetQueue } from '../remote/target-queue.ts'
import type { TargetAccess } from '../remote/target-access.ts'
import type { ExperimentService } from '../runs/experiment-service.ts'
import type { Reconstructor } from '../runs/reconstructions.ts'
import type { RunQueue } from '../runs/run-queue.ts'
import type { RunService } from '../runs/run-service.ts'
import type { TrainingQueues } from '../runs/training-queues.ts'
import type { WeightAverages } from '../runs/weight-averages.ts'
import type { Store } from '../database/store.ts'

/** The parts of the app that answer requests; made once, by `createServices`. */
export interface Services {
  store: Store
  runService: RunService
  trainingQueues: TrainingQueues
  runQueue: RunQueue
  /** The runs that train on targets. */
  remoteRuns: RemoteRuns
  /** Starts those that are queued, and what the user wants now. */
  targetQueue: TargetQueue
  targets: TargetAccess
  experiments: ExperimentService
  reconstructor: Reconstructor
  evaluations: Evaluations
  averages: WeightAverages
  pinnedPairs: PinnedPairs
  /** Records the engine's events. */
  history: EngineEvents
  /** Of this computer, on each of which one run trains. */
  devices: GpuDevices
  /** Train and sample. */
  engine: EngineProcesses
  /** Installs TensorFlow in its own process, so that a pause does not end a download. */
  installer: EngineSupervisor
  importer: ImporterClient
  /** What is deleted in a while. */
  deletions: PendingDeletions
  emit: (event: AppEvent) => void
  settings: AppSettingsStore
}
