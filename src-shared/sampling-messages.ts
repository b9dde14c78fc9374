import type { Precision, RunConfig } from '#shared/schemas/run-config.ts'
import type { SamplingOptions, SelectionOptions } from '#shared/schemas/sampling.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import type { DeviceChoice, SampleRecord } from '#shared/schemas/run.ts'

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
  /** Of the network's products. */
  precision: Precision
}

/** Records how one image of a seed is integrated from noise, with the network's estimate of it at each state. */
export interface TrajectoryRequest extends SamplingRequest {
  seed: number
  /** Which image of the seed. */
  first: number
  /** Default: 1. */
  temperature?: number
}

/** States of a trajectory that are recorded at most; of more steps, some that are about evenly spaced. */
export const mostStates = 129

export interface TrajectoryResult {
  /** The time of each state: from 1, noise, to 0, the image. */
  times: number[]
  /** x_t, clipped to [0, 1]. */
  states: PixelBatch
  /** x_t − t·v(x_t, t), clipped to [0, 1]: the image that the velocity leads to in a straight line. */
  estimates: PixelBatch
  /** The training step that the weights are from. */
  step: number
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

/**
 * What details frames away from the images have, in runs with a code: those of one sample, the same for all frames, or those
 * of the images, interpolated as well.
 */
export const detailsNames = ['sampled', 'images'] as const
export type Details = (typeof detailsNames)[number]

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
  /** Default: sampled. Only for the encoder `inversion` of a run with a code. */
  details?: Details
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
  /** As in `InterpolateRequest`. */
  details?: Details
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
  /** At most `most` (default: `groupLimit`) of them; `seed` chooses which. With `others`, the images without the label. */
  | {
      kind: 'label'
      datasetDirectory: string
      label: string
      others?: boolean
      seed: number
      most?: number
    }

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

/** Finds the direction from one group's mean encoding to another's: mean(add) − mean(subtract). */
export interface DirectionRequest extends EncodingRequest {
  add: ImageGroup
  subtract: ImageGroup
}

export interface DirectionResult {
  /** Of what it is a direction: of the code where the run has one, else of the latent. */
  space: 'code' | 'latent'
  values: Float32Array
  /** RMS of the values. */
  size: number
  /** Number of images in each group. */
  added: number
  subtracted: number
  /** The training step that the weights are from. */
  step: number
}

/** Generates one image from its encoding, moved along directions. */
export interface MoveRequest extends SamplingRequest {
  /** As `EncodeResult` has them. */
  latent: Float32Array
  code: Float32Array | null
  /** A strength of 1 is the whole difference of the groups. */
  directions: { values: Float32Array; strength: number }[]
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
