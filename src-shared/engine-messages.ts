import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { Diagnostics } from '#shared/schemas/diagnostics.ts'
import type { Evaluation, NearestRequest, NearestResult } from '#shared/schemas/evaluation.ts'
import type {
  DeviceStatement,
  DoctorReport,
  InstallProgress,
  RuntimeStatus,
  RuntimeVariant,
} from '#shared/schemas/doctor.ts'
import type { DeviceSpeed } from '#shared/schemas/automatic.ts'
import type { StepCost } from '#shared/step-cost.ts'
import type { SerializedError } from '#shared/errors.ts'
import type { LiveSettings } from '#shared/resume.ts'
import type { EndReason, Limits } from '#shared/run-limits.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import type { AverageRequest, AverageResult, SavedSnapshot } from '#shared/weight-averaging.ts'
import type { WorkerChoice, WorkerDevices, WorkerHost, WorkerState } from '#shared/workers.ts'
import type {
  DeviceChoice,
  Machine,
  MetricPoint,
  SampleRecord,
  SavedCheckpoint,
} from '#shared/schemas/run.ts'
import type {
  DirectionRequest,
  DirectionResult,
  EncodeRequest,
  EncodeResult,
  ExportRequest,
  ExportResult,
  GridRequest,
  GridResult,
  InterpolateRequest,
  InterpolateResult,
  MoveRequest,
  SampleRequest,
  SampleResult,
  SamplingRequest,
  ShiftRequest,
  ShiftResult,
  TrajectoryRequest,
  TrajectoryResult,
} from '#shared/sampling-messages.ts'

export interface TrainRequest {
  runId: string
  runDirectory: string
  datasetDirectory: string
  /** Positions of images that the run leaves out. */
  excluded?: number[]
  config: RunConfig
  device: DeviceChoice
  /** The most memory to plan with, in bytes; without, all that is free. */
  memoryLimit?: number
  /** Checkpoint file in the run's folder to resume from, with its recorded hash. */
  resume?: { file: string; sha256: string }
  /** A checkpoint of another run whose averaged weights this one starts from, where there is none to resume from. */
  start?: { directory: string; file: string }
  /** The processes that train it together; without, the engine trains it alone. */
  workers?: WorkerChoice
  /** How those of them on other machines are reached. */
  workerHosts?: WorkerHost[]
}

/** A run that may be trained next; its images need not be imported yet. */
export interface PrepareRequest {
  config: RunConfig
  shape: ImageShape
  /** Images, without those that the run leaves out. */
  count: number
  labels: string[]
  device: DeviceChoice
  /** As in `TrainRequest`. */
  memoryLimit?: number
}

export type TrainOutcome = 'finished' | 'paused' | 'stopped'

export interface TrainResult {
  outcome: TrainOutcome
  step: number
  trainedSeconds: number
  losses: Record<string, number>
  stepsPerSecond: number
}

/** The memory that a run would need, and what is available on the device. */
export interface MemoryEstimate {
  neededBytes: number
  availableBytes: number
  fits: boolean
  /** The parts that each batch is computed in, one after the other with the same result, so that it fits; null for none. */
  parts: number | null
  /** Where it does not fit: the batch size that would; null when none does. */
  fittingBatch: number | null
  /** Where it does not fit: whether it does with `checkpointing`. */
  checkpointingFits: boolean
}

/** Measures how well a run's samples fit its images, or others. */
export interface EvaluateRequest extends SamplingRequest {
  /** The folder of the images that the run was trained on. */
  datasetDirectory: string
  /** Positions of images that the run leaves out. */
  excluded?: number[]
  /** Other images to compare with than those of the training. */
  against: { datasetDirectory: string; name: string } | null
  /** Samples; fewer where there are fewer than twice as many images. */
  count: number
  seed: number
  /** Whether to measure samples of few network evaluations and the straightness of paths as well. */
  curve: boolean
  /** Whether to measure interpolations, between how many pairs of the training images. */
  interpolation: { pairs: number } | null
}

/** Requests to the engine: `[argument, result]`, both fit for structured clone. */
export interface EngineRequests {
  /** Resolves when training has ended; rejects when it cannot continue. */
  train: [TrainRequest, TrainResult]
  /**
   * Builds what a run begins with ahead of it; what was prepared before is freed. Answers how many programs are ready when it
   * is done or another is prepared instead; never rejects. Does nothing while a run trains.
   */
  prepare: [PrepareRequest, number]
  /** Frees what was prepared; answers how many programs. */
  dropPrepared: [void, number]
  /** Estimates the memory of a run without allocating it. */
  estimate: [
    { config: RunConfig; shape: ImageShape; device: DeviceChoice; memoryLimit?: number },
    MemoryEstimate,
  ]
  /** What steps of some runs cost, and how fast the device is: measured the first time. */
  stepCosts: [
    { steps: { config: RunConfig; shape: ImageShape }[]; device: DeviceChoice },
    { costs: StepCost[]; speed: DeviceSpeed },
  ]
  /** Ends training after the present step; resolves when its checkpoint is on disk. */
  pause: [{ runId: string }, void]
  stop: [{ runId: string; save: boolean }, void]
  /** Changes the limits of the run in training, and what else may change meanwhile. */
  extend: [{ runId: string; limits: Limits & LiveSettings }, void]
  sample: [SampleRequest, SampleResult]
  /** Cancels a sampling job, which then rejects with `cancelled`. Does nothing when it has ended. */
  cancelSampling: [{ job: string }, void]
  interpolate: [InterpolateRequest, InterpolateResult]
  encode: [EncodeRequest, EncodeResult]
  grid: [GridRequest, GridResult]
  shift: [ShiftRequest, ShiftResult]
  direction: [DirectionRequest, DirectionResult]
  move: [MoveRequest, PixelBatch]
  trajectory: [TrajectoryRequest, TrajectoryResult]
  evaluate: [EvaluateRequest, Evaluation]
  /** Writes a checkpoint with an average of another width; the one that it takes the place of stays. */
  average: [AverageRequest, AverageResult]
  nearest: [NearestRequest, NearestResult]
  export: [ExportRequest, ExportResult]
  runtimeStatus: [void, RuntimeStatus]
  /** The device that a choice stands for now. */
  deviceStatement: [{ device: DeviceChoice }, DeviceStatement]
  /** What a run can train on together here. */
  workerDevices: [void, WorkerDevices]
  /** The GPUs on each of which a run can train, the preferred one first. */
  usableGpus: [void, WorkerDevices['gpus']]
  runtimeInstall: [{ variant: RuntimeVariant }, RuntimeStatus]
  runtimeRemove: [{ variant: RuntimeVariant }, RuntimeStatus]
  runtimeCancel: [void, void]
  doctor: [{ device: DeviceChoice; dataDirectory: string; electron?: DoctorReport['electron'] }, DoctorReport]
}

/** Events that the engine emits. */
export type EngineEvent =
  | { type: 'started'; runId: string; machine: Machine; step: number }
  | { type: 'metrics'; runId: string; points: MetricPoint[] }
  | { type: 'progress'; runId: string; progress: TrainProgress }
  | { type: 'sample'; record: SampleRecord }
  | { type: 'diagnostics'; diagnostics: Diagnostics }
  | { type: 'checkpoint'; record: SavedCheckpoint }
  /** A snapshot of the averages by power functions. */
  | { type: 'snapshot'; record: SavedSnapshot }
  /** The share of a sampling job that is done, in [0, 1]; a few times a second. */
  | { type: 'sampling'; job: string; share: number }
  | { type: 'warning'; runId: string; message: string }
  /** The run has not begun: the GPU's memory is used by others. In words, whenever they change. */
  | { type: 'waiting'; runId: string; message: string }
  /** When training begins, every few seconds, and when workers are lost. */
  | { type: 'workers'; runId: string; workers: WorkerState[] }
  /** Workers were lost at step `reached`: the run has gone back to `step`, and goes on with those that are left. */
  | { type: 'workersLost'; runId: string; step: number; reached: number; lost: string[]; left: number }
  | { type: 'install'; progress: InstallProgress }
  | { type: 'heartbeat'; memoryBytes: number }

export interface TrainProgress {
  step: number
  /**
   * The step at which training ends by the first of its limits; by minutes an estimate, null until a few steps are
   * measured.
   */
  totalSteps: number | null
  endsBy: EndReason
  trainedSeconds: number
  /** 0 until a few steps are measured. */
  stepsPerSecond: number
  /** By steps, epochs or minutes, whichever ends first; null until a few steps are measured. */
  secondsLeft: number | null
  losses: Record<string, number>
  activity: 'training' | 'sampling' | 'evaluating' | 'saving'
}

/** Messages from the child processes. */
export type ChildMessage<Event> =
  | { kind: 'answer'; call: number; result: unknown }
  | { kind: 'refusal'; call: number; error: SerializedError }
  | { kind: 'event'; event: Event }
export interface ChildCall {
  call: number
  request: string
  argument: unknown
}
