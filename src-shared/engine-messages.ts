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
import type { SamplingOptions, SelectionOptions } from '#shared/schemas/sampling.ts'
import type { SerializedError } from '#shared/errors.ts'
import type { LiveSettings } from '#shared/resume.ts'
import type { EndReason, Limits } from '#shared/run-limits.ts'
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
  /** Reads the checkpoint even while the run trains; otherwise its present weights are used then. */
  exact?: boolean
}

export interface TrainRequest {
  runId: string
  runDirectory: string
  datasetDirectory: string
  config: RunConfig
  device: DeviceChoice
  /** Checkpoint file in the run's folder to resume from, with its recorded hash. */
  resume?: { file: string; sha256: string }
  /** A checkpoint of another run whose averaged weights this one starts from, where there is none to resume from. */
  start?: { directory: string; file: string }
}

export type TrainOutcome = 'finished' | 'paused' | 'stopped'

export interface TrainResult {
  outcome: TrainOutcome
  step: number
  trainedSeconds: number
  losses: Record<string, number>
  stepsPerSecond: number
}

/** What every sampling request has: the model, the device, and the sampling options. */
export interface SamplingRequest {
  model: ModelSource
  device: DeviceChoice
  /** Default: `samplingDefaults`. */
  sampling?: SamplingOptions
  /** A name under which its progress is emitted and it can be cancelled. */
  job?: string
}

export interface SampleRequest extends SamplingRequest, SelectionOptions {
  /** Whether to write a sheet into the run's `samples` folder and return its record. */
  save: boolean
}

export interface SampleResult {
  images: PixelBatch
  record: SampleRecord | null
  /** The frames of each trajectory from latent to image, clipped to [0, 1]; all of the first image's first. */
  trajectory: PixelBatch | null
  /** Network evaluations per image, without those for a trajectory; a mean where they differ. */
  evaluations: number
}

export const encoderNames = ['posterior', 'posterior-sample', 'code', 'inversion'] as const
export type EncoderName = (typeof encoderNames)[number]

/** A request that encodes images before it generates others. */
export interface EncodingRequest extends SamplingRequest {
  /**
   * The mean of q(z|x), a sample of it, the mean of q(c|x) with the same details for all images, or integration
   * backwards, which works for every run and uses the mean of q(c|x) where there is a code.
   */
  encoder: EncoderName
  /** Seed of the samples of q(z|x) that `posterior-sample` takes, or of the details of `code`; default 1. */
  encoderSeed?: number
}

/** An image to encode: one of the dataset's, or pixels already decoded to the run's shape. */
export type ImageSource =
  { kind: 'dataset'; datasetDirectory: string; index: number } | { kind: 'pixels'; pixels: Uint8Array }

/** The path between two latents: along the great circle, or a straight line. */
export const betweenNames = ['slerp', 'lerp'] as const
export type Between = (typeof betweenNames)[number]

/** How frames are placed along the path: by equal changes between neighbouring images, or evenly by its parameter. */
export const paceNames = ['even', 'parameter'] as const
export type Pace = (typeof paceNames)[number]

/** How the pace develops from the first frame to the last. */
export const easingNames = ['linear', 'ease-in', 'ease-out', 'ease-in-out'] as const
export type Easing = (typeof easingNames)[number]

/** How many images a path may lead through. */
export const keyframeLimits = { min: 2, max: 12 }

export interface InterpolateRequest extends EncodingRequest {
  /** The keyframes, in their order: `keyframeLimits` of them, and no more than there are frames. */
  images: ImageSource[]
  /** Whether the path leads from the last image back to the first; default: no. */
  closed?: boolean
  frames: number
  mode: Between
  /** Default: even. */
  pace?: Pace
  /** Default: linear. */
  easing?: Easing
}

export interface InterpolateResult {
  /**
   * `frames` samples; the first is the reconstruction of the first image, and on an open path the last that of the last. A
   * closed path ends one frame before its beginning, so that it loops.
   */
  frames: PixelBatch
  /** The images at the run's shape, and the images generated from their latents. */
  originals: PixelBatch
  reconstructions: PixelBatch
  /** RMS difference of each image and its reconstruction, in [0, 1]. */
  reconstructionError: number[]
  closed: boolean
  /** How the frames were placed: as asked for. */
  pace: Pace
  easing: Easing
  /** The share of the path at each frame: 0 first, 1 last; each way from an image to the next is as long. */
  shares: number[]
  /** The largest change between neighbouring frames over the mean change (RMS differences); 1 where all are equal. */
  evenness: number
}

/** The memory that a run would need, and what is available on the device. */
export interface MemoryEstimate {
  neededBytes: number
  availableBytes: number
  fits: boolean
  /** Where it does not fit: the batch size that would; null when none does. */
  fittingBatch: number | null
  /** Where it does not fit: whether it does with `checkpointing`. */
  checkpointingFits: boolean
}

export interface EncodeRequest extends EncodingRequest {
  images: ImageSource[]
}

export interface EncodeResult {
  /** One latent per image, in their order: float32, NHWC. */
  latents: Float32Array
  /** One code per image, `[count, codeSize]`; null for a run without. */
  codes: Float32Array | null
  /** The images at the run's shape, and the images generated from their latents. */
  originals: PixelBatch
  reconstructions: PixelBatch
  /** RMS difference of each image and its reconstruction, in [0, 1]. */
  reconstructionError: number[]
}

export interface GridRequest extends EncodingRequest {
  /** Three or four: top left, top right, bottom left, bottom right; a fourth latent is computed where it is left out. */
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

/** A group of images: given ones, or those of a dataset that have a label. */
export type ImageGroup =
  | { kind: 'images'; images: ImageSource[] }
  /** At most `groupLimit` of them; `seed` chooses which. */
  | { kind: 'label'; datasetDirectory: string; label: string; seed: number }

/** Most images of a group. */
export const groupLimit = 256

/** Shifts images in the direction from one group's mean latent to another's. */
export interface ShiftRequest extends EncodingRequest {
  images: ImageSource[]
  /** The direction is mean(add) − mean(subtract). */
  add: ImageGroup
  subtract: ImageGroup
  /** Multiples of the direction: 0 is the image itself, 1 the whole difference of the means. */
  strengths: number[]
}

export interface ShiftResult {
  /** Each image at each strength; all strengths of the first image first. */
  samples: PixelBatch
  /** The images at the run's shape, and the images generated from their unshifted latents. */
  originals: PixelBatch
  reconstruction: PixelBatch
  /** RMS difference of each image and its reconstruction, in [0, 1]. */
  reconstructionError: number[]
  /** RMS of the direction; that of a latent is about 1. */
  directionSize: number
  /** Number of images in each group. */
  added: number
  subtracted: number
}

export const exportFormats = ['saved-model'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** Exports a model for other programs; `sampling` is fixed in it. */
export interface ExportRequest extends SamplingRequest {
  format: ExportFormat
  /** The folder to write; must not exist. */
  folder: string
  /** Images that one call will generate. */
  count: number
}

export interface ExportResult {
  folder: string
  files: string[]
  bytes: number
  /** The training step that the weights are from. */
  step: number
}

/** Measures how well a run's samples fit its images, or others. */
export interface EvaluateRequest extends SamplingRequest {
  /** The folder of the images that the run was trained on. */
  datasetDirectory: string
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
  /** Estimates the memory of a run without allocating it. */
  estimate: [{ config: RunConfig; shape: ImageShape; device: DeviceChoice }, MemoryEstimate]
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
  evaluate: [EvaluateRequest, Evaluation]
  nearest: [NearestRequest, NearestResult]
  export: [ExportRequest, ExportResult]
  runtimeStatus: [void, RuntimeStatus]
  /** The device that a choice stands for now. */
  deviceStatement: [{ device: DeviceChoice }, DeviceStatement]
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
  /** The share of a sampling job that is done, in [0, 1]; a few times a second. */
  | { type: 'sampling'; job: string; share: number }
  | { type: 'warning'; runId: string; message: string }
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
