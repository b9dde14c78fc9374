import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { Diagnostics } from '#shared/schemas/diagnostics.ts'
import type {
  DeviceStatement,
  DoctorReport,
  InstallProgress,
  RuntimeStatus,
  RuntimeVariant,
} from '#shared/schemas/doctor.ts'
import type { SamplingOptions, SelectionOptions } from '#shared/schemas/sampling.ts'
import type { SerializedError } from '#shared/errors.ts'
import type { Limits } from '#shared/run-limits.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import type {
  DeviceChoice,
  Machine,
  MetricPoint,
  SampleRecord,
  SavedCheckpoint,
} from '#shared/schemas/run.ts'

/** Where a run's weights are: its folder and the checkpoint to read when it is not in training. */
export interface ModelSource {
  runId: string
  runDirectory: string
  config: RunConfig
  shape: ImageShape
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

/** What every request that draws says: with which networks, on what, and how. */
export interface SamplingRequest {
  model: ModelSource
  device: DeviceChoice
  /** Left out: `samplingDefaults`. */
  sampling?: SamplingOptions
  /** A name to cancel it by; its progress is told under it. */
  job?: string
}

export interface SampleRequest extends SamplingRequest, SelectionOptions {
  /** Also write a sheet into the run's `samples` folder and answer with its record. */
  save: boolean
}

export interface SampleResult {
  images: PixelBatch
  record: SampleRecord | null
  /** Frames as asked for, cut to [0, 1]: all of the first image from latent to image, then the next one's. */
  trajectory: PixelBatch | null
  /** Evaluations of the network that an image took, those for a trajectory apart; a mean where they differ. */
  evaluations: number
}

export const encoderNames = ['posterior', 'posterior-sample', 'inversion'] as const
export type EncoderName = (typeof encoderNames)[number]

/** A request that turns images into latents before it draws. */
export interface EncodingRequest extends SamplingRequest {
  /** By the mean of q(z|x), by a draw from it, or by running the sampling backwards, which works for every run. */
  encoder: EncoderName
  /** Which draw from q(z|x) `posterior-sample` takes; 1 unless told. */
  encoderSeed?: number
}

/** An image to encode: one of the dataset's, or pixels already decoded to the run's shape. */
export type ImageSource =
  { kind: 'dataset'; datasetDirectory: string; index: number } | { kind: 'pixels'; pixels: Uint8Array }

/** The way between two latents: along the great circle, or a straight line. */
export const betweenNames = ['slerp', 'lerp'] as const
export type Between = (typeof betweenNames)[number]

export interface InterpolateRequest extends EncodingRequest {
  a: ImageSource
  b: ImageSource
  frames: number
  mode: Between
}

export interface InterpolateResult {
  /** `frames` samples; the first and last are the reconstructions of a and b. */
  frames: PixelBatch
  /** The two originals at the run's shape. */
  originals: PixelBatch
  /** RMS difference of original and reconstruction in [0, 1], for a and b. */
  reconstructionError: [number, number]
}

/** What a run would take of the device's memory, and what is free there. */
export interface MemoryEstimate {
  neededBytes: number
  availableBytes: number
  fits: boolean
  /** Where it does not fit: the number of images per step that would; null when none does. */
  fittingBatch: number | null
  /** Where it does not fit: whether it does with `checkpointing`. */
  checkpointingFits: boolean
}

export interface EncodeRequest extends EncodingRequest {
  images: ImageSource[]
}

export interface EncodeResult {
  /** One latent an image, in their order: float32, NHWC. */
  latents: Float32Array
  /** The images at the run's shape, and what is drawn from their latents. */
  originals: PixelBatch
  drawn: PixelBatch
  /** RMS difference of each image and what is drawn from its latent, in [0, 1]. */
  reconstructionError: number[]
}

export interface GridRequest extends EncodingRequest {
  /** Three or four: top left, top right, bottom left, bottom right; a fourth is made up where it is left out. */
  images: ImageSource[]
  rows: number
  columns: number
  mode: Between
}

export interface GridResult {
  rows: number
  columns: number
  /** `rows · columns` samples, row by row; those at the corners are the reconstructions of the images. */
  cells: PixelBatch
  /** The images at the run's shape. */
  originals: PixelBatch
  /** RMS difference of each image and its corner, in [0, 1]. */
  reconstructionError: number[]
}

/** Images that are taken together: some, or those of the dataset that have a label. */
export type ImageGroup =
  | { kind: 'images'; images: ImageSource[] }
  /** At most `groupLimit` of them; `seed` chooses which. */
  | { kind: 'label'; datasetDirectory: string; label: string; seed: number }

/** Images a group may have. */
export const groupLimit = 256

/** Images in the direction from one group's mean latent to another's. */
export interface ShiftRequest extends EncodingRequest {
  images: ImageSource[]
  /** The direction is mean(add) − mean(subtract). */
  add: ImageGroup
  subtract: ImageGroup
  /** How far to go: 0 is the image itself, 1 the whole difference of the means. */
  strengths: number[]
}

export interface ShiftResult {
  /** Each image at each strength; all strengths of the first image first. */
  drawn: PixelBatch
  /** The images at the run's shape, and what is drawn from their latents as they are. */
  originals: PixelBatch
  reconstruction: PixelBatch
  /** RMS difference of each image and its reconstructing, in [0, 1]. */
  reconstructionError: number[]
  /** RMS of the direction's numbers; a latent's own are about 1. */
  directionSize: number
  /** Images that took part. */
  added: number
  subtracted: number
}

export const exportFormats = ['saved-model'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** A model for other programs; `sampling` is how it will draw there. */
export interface ExportRequest extends SamplingRequest {
  format: ExportFormat
  /** Where it goes; must not be there yet. */
  folder: string
  /** Images that one call will draw. */
  count: number
}

export interface ExportResult {
  folder: string
  files: string[]
  bytes: number
  /** The training step that the weights are from. */
  step: number
}

/** Requests the engine answers; `[argument, result]`. The argument and result survive structured clone. */
export interface EngineRequests {
  /** Resolves when training ended, in whichever way; rejects when it cannot go on. */
  train: [TrainRequest, TrainResult]
  /** How much memory a run of these settings would take, without taking it. */
  estimate: [{ config: RunConfig; shape: ImageShape; device: DeviceChoice }, MemoryEstimate]
  /** Ends the current training after the step in hand; resolves when its checkpoint is on disk. */
  pause: [{ runId: string }, void]
  stop: [{ runId: string; save: boolean }, void]
  /** New limits for the run in training. */
  extend: [{ runId: string; limits: Limits }, void]
  sample: [SampleRequest, SampleResult]
  /** Ends a sampling within a moment: it rejects with `cancelled`. Nothing happens when it has ended. */
  cancelSampling: [{ job: string }, void]
  interpolate: [InterpolateRequest, InterpolateResult]
  encode: [EncodeRequest, EncodeResult]
  grid: [GridRequest, GridResult]
  shift: [ShiftRequest, ShiftResult]
  export: [ExportRequest, ExportResult]
  runtimeStatus: [void, RuntimeStatus]
  /** What a device choice would come to now. */
  deviceStatement: [{ device: DeviceChoice }, DeviceStatement]
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
  | { type: 'diagnostics'; diagnostics: Diagnostics }
  | { type: 'checkpoint'; record: SavedCheckpoint }
  /** How much of a sampling with a job's name is done, in [0, 1]; a few times a second. */
  | { type: 'sampling'; job: string; share: number }
  | { type: 'warning'; runId: string; message: string }
  | { type: 'install'; progress: InstallProgress }
  | { type: 'heartbeat'; memoryBytes: number }

export interface TrainProgress {
  step: number
  /** The step at which it ends by steps or epochs, whichever is first. */
  totalSteps: number
  trainedSeconds: number
  /** 0 until a few steps are measured. */
  stepsPerSecond: number
  /** By steps, epochs or minutes, whichever ends first; null until a few steps are measured. */
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
