import type { CommandId } from '#shared/commands.ts'
import type { TrainProgress } from '#shared/engine-messages.ts'
import type { AppSettings } from '#shared/ipc/app.ts'
import type { DatasetRecord, ImportProgress } from '#shared/schemas/dataset.ts'
import type { Diagnostics } from '#shared/schemas/diagnostics.ts'
import type { InstallProgress } from '#shared/schemas/doctor.ts'
import type { Experiment, Reconstruction } from '#shared/schemas/experiment.ts'
import type { PinnedRow } from '#shared/schemas/pinned-pair.ts'
import type { QueueState } from '#shared/schemas/queue.ts'
import type { RemoteState } from '#shared/remote/remote-state.ts'
import type { MetricPoint, RunRecord, SampleRecord } from '#shared/schemas/run.ts'
import type { WorkerState } from '#shared/workers.ts'

/** Main → renderer, one way, over a MessagePort. */
export type AppEvent =
  | { type: 'run'; run: RunRecord }
  | { type: 'runDeleted'; id: string }
  | { type: 'queue'; queue: QueueState }
  | { type: 'experiment'; experiment: Experiment }
  | { type: 'experimentDeleted'; id: string }
  | { type: 'reconstruction'; reconstruction: Reconstruction }
  | { type: 'metrics'; runId: string; points: MetricPoint[] }
  | { type: 'progress'; runId: string; progress: TrainProgress }
  | { type: 'waiting'; runId: string; message: string }
  | { type: 'workers'; runId: string; workers: WorkerState[] }
  | { type: 'sample'; record: SampleRecord }
  /** Sheets of a run were deleted. */
  | { type: 'samplesDeleted'; runId: string; samples: string[] }
  /** An interpolation of a pinned pair was generated. */
  | { type: 'pinnedRow'; row: PinnedRow }
  | { type: 'diagnostics'; diagnostics: Diagnostics }
  | { type: 'sampling'; job: string; share: number }
  /** The list of a run's checkpoints has changed. */
  | { type: 'checkpoints'; runId: string }
  | { type: 'dataset'; dataset: DatasetRecord }
  | { type: 'datasetDeleted'; id: string }
  | { type: 'import'; job: string; progress: ImportProgress }
  /** What becomes of a run on a target. */
  | { type: 'remote'; state: RemoteState }
  | { type: 'install'; progress: InstallProgress }
  | { type: 'engine'; state: 'off' | 'starting' | 'on'; memoryBytes: number }
  /** The app's settings were changed. */
  | { type: 'settings'; settings: AppSettings }
  | ({ type: 'notice' } & Notice)
  /** A menu item or a file opened with the app asks the window to do something. */
  | { type: 'command'; command: AppCommand }

/** A message to the user. */
export interface Notice {
  level: 'info' | 'warning' | 'error'
  message: string
  hint?: string
  /** The run that it is about. */
  runId?: string
}

export type AppCommand = { name: 'open'; paths: string[] } | { name: 'do'; command: CommandId }
