import type { RunConfig } from './config.ts'
import type { DoctorReport, InstallProgress, RuntimeStatus, RuntimeVariant } from './doctor.ts'
import type { SerializedError } from './errors.ts'
import type { Limits } from './goal.ts'
import type { PictureShape, PixelBatch } from './pictures.ts'
import type { DeviceChoice, Machine, MetricPoint, SampleRecord, SavedCheckpoint } from './run.ts'

/** Where a run's weights are: its folder and the checkpoint to read when it is not in training. */
export interface ModelSource {
  runId: string
  runDirectory: string
  config: RunConfig
  shape: PictureShape
  /** File name in `checkpoints`; null only while the run is in training and has none yet. */
  checkpoint: string | null
}

export interface TrainRequest {
  runId: string
  runDirectory: string
  datasetDirectory: string
  config: RunConfig
  device: DeviceChoice
  /** Checkpoint file in the run's folder to go on from, with its recorded hash. */
  resume?: { file: string; sha256: string }
}

export type TrainOutcome = 'finished' | 'paused' | 'stopped'

export interface TrainResult {
  outcome: TrainOutcome
  step: number
  trainedSeconds: number
  losses: Record<string, number>
  stepsPerSecond: number
}

export interface SampleRequest {
  model: ModelSource
  device: DeviceChoice
  count: number
  seed: number
  solver: SolverName
  solverSteps: number
  /** Also write a sheet into the run's `samples` folder and answer with its record. */
  save: boolean
}

export const encoderNames = ['posterior', 'inversion'] as const
export type EncoderName = (typeof encoderNames)[number]

export const solverNames = ['euler', 'midpoint', 'heun', 'rk4'] as const
export type SolverName = (typeof solverNames)[number]

/** A picture to encode: one of the dataset's, or pixels already decoded to the run's shape. */
export type PictureSource =
  { kind: 'dataset'; datasetDirectory: string; index: number } | { kind: 'pixels'; pixels: Uint8Array }

export interface InterpolateRequest {
  model: ModelSource
  device: DeviceChoice
  a: PictureSource
  b: PictureSource
  frames: number
  mode: 'slerp' | 'lerp'
  /** By the mean of q(z|x), or by running the drawing backwards, which works for every run. */
  encoder: EncoderName
  solver: SolverName
  solverSteps: number
}

export interface InterpolateResult {
  /** `frames` drawings; the first and last are the reconstructions of a and b. */
  frames: PixelBatch
  /** The two originals at the run's shape. */
  originals: PixelBatch
  /** RMS difference of original and reconstruction in [0, 1], for a and b. */
  reconstructionError: [number, number]
}

export interface EncodeRequest {
  model: ModelSource
  device: DeviceChoice
  pictures: PictureSource[]
  encoder: EncoderName
  solver: SolverName
  solverSteps: number
}

export interface EncodeResult {
  /** One latent a picture, in their order: float32, NHWC. */
  latents: Float32Array
  /** The pictures at the run's shape, and what is drawn from their latents. */
  originals: PixelBatch
  drawn: PixelBatch
  /** RMS difference of each picture and what is drawn from its latent, in [0, 1]. */
  reconstructionError: number[]
}

/** Requests the engine answers; `[argument, result]`. The argument and result survive structured clone. */
export interface EngineRequests {
  /** Resolves when training ended, in whichever way; rejects when it cannot go on. */
  train: [TrainRequest, TrainResult]
  /** Ends the current training after the step in hand; resolves when its checkpoint is on disk. */
  pause: [{ runId: string }, void]
  stop: [{ runId: string; save: boolean }, void]
  /** New limits for the run in training. */
  extend: [{ runId: string; limits: Limits }, void]
  sample: [SampleRequest, { pictures: PixelBatch; record: SampleRecord | null }]
  interpolate: [InterpolateRequest, InterpolateResult]
  encode: [EncodeRequest, EncodeResult]
  runtimeStatus: [void, RuntimeStatus]
  runtimeInstall: [{ variant: RuntimeVariant }, RuntimeStatus]
  runtimeRemove: [{ variant: RuntimeVariant }, RuntimeStatus]
  runtimeCancel: [void, void]
  doctor: [{ device: DeviceChoice; dataDirectory: string; electron?: DoctorReport['electron'] }, DoctorReport]
}

/** What the engine tells without being asked. */
export type EngineEvent =
  | { type: 'started'; runId: string; machine: Machine; step: number }
  | { type: 'metrics'; runId: string; points: MetricPoint[] }
  | { type: 'progress'; runId: string; progress: TrainProgress }
  | { type: 'sample'; record: SampleRecord }
  | { type: 'checkpoint'; record: SavedCheckpoint }
  | { type: 'warning'; runId: string; message: string }
  | { type: 'install'; progress: InstallProgress }
  | { type: 'heartbeat'; memoryBytes: number }

export interface TrainProgress {
  step: number
  /** The step at which it ends by steps or epochs, whichever is first. */
  totalSteps: number
  trainedSeconds: number
  stepsPerSecond: number
  /** By steps, epochs or minutes, whichever ends first; null until it can be told. */
  secondsLeft: number | null
  losses: Record<string, number>
  /** What it is doing now. */
  activity: 'training' | 'sampling' | 'saving'
}

/** The envelope both utility processes speak. */
export type ChildMessage<Event> =
  | { kind: 'answer'; call: number; result: unknown }
  | { kind: 'refusal'; call: number; error: SerializedError }
  | { kind: 'event'; event: Event }
export interface ChildCall {
  call: number
  request: string
  argument: unknown
}
