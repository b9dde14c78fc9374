import { z } from 'zod'
import {
  betweenNames,
  detailsNames,
  easingNames,
  encoderNames,
  keyframeLimits,
  paceNames,
} from '#shared/sampling-messages.ts'
import type {
  EncodeResult,
  GridResult,
  InterpolateResult,
  TrajectoryResult,
} from '#shared/sampling-messages.ts'
import { chosenImageSchema, imagePathSchema } from '#shared/schemas/chosen-image.ts'
import type { ChosenImage } from '#shared/schemas/chosen-image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import type { SampleRecord } from '#shared/schemas/run.ts'
import { maxSamples, samplingSchema, selectionSchema } from '#shared/schemas/sampling.ts'
import { channel, type } from '#shared/ipc/channel.ts'

/** See `ChosenImage`. */
export type InterpolationEnd = ChosenImage

const seed = z
  .int()
  .min(0)
  .max(2 ** 31 - 1)
const latentChoice = z.strictObject({
  id: z.string(),
  encoder: z.enum(encoderNames),
  encoderSeed: seed.exactOptional(),
  sampling: samplingSchema,
})
/** What every request about latents says: of which run, how images are encoded, and how they are sampled. */
export type LatentChoice = z.input<typeof latentChoice>

/** Progress and cancelling go by `job`. */
const latentRequest = latentChoice.extend({
  mode: z.enum(betweenNames),
  details: z.enum(detailsNames).exactOptional(),
  job: z.string(),
})

/** For each sample of a sheet the nearest training image, its position, and the RMS difference of pixels in [0, 1]. */
export interface NearestImages {
  images: PixelBatch
  indices: Int32Array
  distances: Float32Array
}

export const samplingChannels = {
  /** Progress and cancelling go by `job`. */
  'gallery.sample': channel({
    input: z.strictObject({
      id: z.string(),
      job: z.string(),
      count: z.int().min(1).max(maxSamples),
      seed,
      first: selectionSchema.shape.first,
      temperature: selectionSchema.shape.temperature,
      /** The step of a checkpoint; the present or latest weights where it is left out. */
      checkpoint: z.int().min(0).exactOptional(),
      sampling: samplingSchema,
    }),
    output: type<SampleRecord>(),
  }),
  /** The training image that is nearest to each sample of a sheet. */
  'gallery.nearest': channel({
    input: z.strictObject({ id: z.string(), sample: z.string() }),
    output: type<NearestImages>(),
  }),
  /**
   * How an image of a sheet was sampled, from noise on; with the weights of its step where that checkpoint is kept, else
   * the latest. `steps`: solver steps instead of the sheet's. Progress and cancelling go by `job`.
   */
  'gallery.trajectory': channel({
    input: z.strictObject({
      ...{ id: z.string(), sample: z.string(), image: z.int().min(0), job: z.string() },
      steps: samplingSchema.shape.steps.unwrap().exactOptional(),
    }),
    output: type<TrajectoryResult>(),
  }),
  /** Cancels a sampling job of any page. */
  'gallery.cancel': channel({ input: z.strictObject({ job: z.string() }), output: type<void>() }),
  /** A file of the user's as a run sees it, before anything is sampled from it. */
  'latent.image': channel({
    input: z.strictObject({ id: z.string(), path: imagePathSchema }),
    output: type<PixelBatch>(),
  }),
  /** Encodes one image, and reconstructs it. */
  'latent.encode': channel({
    input: latentChoice.extend({ image: chosenImageSchema, job: z.string() }),
    output: type<EncodeResult>(),
  }),
  'latent.interpolate': channel({
    input: latentRequest.extend({
      images: z.array(chosenImageSchema).min(keyframeLimits.min).max(keyframeLimits.max),
      closed: z.boolean(),
      frames: z.int().min(2).max(129),
      pace: z.enum(paceNames),
      easing: z.enum(easingNames),
    }),
    output: type<InterpolateResult>(),
  }),
  /** Three or four images: top left, top right, bottom left, bottom right. */
  'latent.grid': channel({
    input: latentRequest.extend({
      images: z.array(chosenImageSchema).min(3).max(4),
      rows: z.int().min(2).max(32),
      columns: z.int().min(2).max(32),
    }),
    output: type<GridResult>(),
  }),
}
