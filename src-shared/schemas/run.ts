import { z } from 'zod'
import { runConfigSchema } from '#shared/schemas/run-config.ts'
import { serializedErrorSchema } from '#shared/errors.ts'
import { imageShapeSchema } from '#shared/schemas/image.ts'
import { workerChoiceSchema } from '#shared/workers.ts'
import { automaticChoiceSchema } from '#shared/schemas/automatic.ts'
import { samplingSchema, selectionSchema } from '#shared/schemas/sampling.ts'

/** Any device, any GPU, or the processor. */
export const deviceKindSchema = z.enum(['auto', 'cuda', 'cpu'])
export type DeviceKind = z.infer<typeof deviceKindSchema>
/** A kind of device, or the GPU that nvidia-smi gives this number. */
export const deviceChoiceSchema = z.union([
  deviceKindSchema,
  z.custom<`cuda:${number}`>((value) => typeof value === 'string' && /^cuda:(0|[1-9]\d{0,2})$/.test(value)),
])
export type DeviceChoice = z.infer<typeof deviceChoiceSchema>

export const runStatuses = [
  'waiting', // not trained yet, and not queued either
  'queued', // trains when its turn in the queue comes
  'starting', // the engine is loading
  'training',
  'paused', // with a checkpoint, device memory free
  'finished', // reached its steps or minutes
  'stopped', // by the user
  'interrupted', // the app or the engine ended under it; resumable from its last checkpoint
  'failed', // cannot resume as configured, see `error`
] as const
export const runStatusSchema = z.enum(runStatuses)
export type RunStatus = z.infer<typeof runStatusSchema>

/** The machine and versions a run was made with, captured at each start. */
export const machineSchema = z.object({
  flowerbed: z.string(),
  tensorflow: z.string(),
  node: z.string(),
  electron: z.string().nullable(),
  platform: z.string(),
  cpu: z.string(),
  cores: z.number(),
  memoryBytes: z.number(),
  device: z.enum(['cpu', 'cuda']),
  deviceName: z.string(),
  /** Why this device, in words; runs of older versions do not have it, nor the next. */
  deviceWhy: z.string().optional(),
  /** In what the run's products are computed. */
  precision: z.enum(['fp32', 'bf16', 'fp16']).optional(),
  /** Why in that, in words that follow a colon. */
  precisionWhy: z.string().optional(),
  /** Whether XLA compiled the step of the run. */
  fused: z.boolean().optional(),
  /** Threads that share an operation on the processor. */
  threads: z.int().optional(),
})
export type Machine = z.infer<typeof machineSchema>

export const precisionLabels: Record<NonNullable<Machine['precision']>, string> = {
  fp32: '32 bits',
  bf16: '16 bits (bfloat16)',
  fp16: '16 bits (half)',
}

/** The run whose averaged weights a run started from; it may be deleted since. */
export const runParentSchema = z.object({ id: z.string(), name: z.string(), step: z.int() })
export type RunParent = z.infer<typeof runParentSchema>

/** A run as SQLite keeps it and lists show it. Times are ms since 1970. */
export const runRecordSchema = z.object({
  id: z.string(),
  name: z.string(),
  note: z.string(),
  tags: z.array(z.string()),
  starred: z.boolean(),
  status: runStatusSchema,
  preset: z.string(),
  config: runConfigSchema,
  /** What the preset chose of them; absent in runs of presets that choose nothing, and of older versions. */
  automatic: automaticChoiceSchema.exactOptional(),
  /** The experiment it is part of. */
  experimentId: z.string().nullable(),
  /** null for a run that started from random weights. */
  parent: runParentSchema.nullable(),
  /** null when the dataset was deleted. */
  datasetId: z.string().nullable(),
  datasetName: z.string(),
  imageCount: z.int(),
  shape: imageShapeSchema,
  deviceChoice: deviceChoiceSchema,
  /** The processes that train it together; null where the engine trains it alone. */
  workers: workerChoiceSchema.nullable(),
  /** Name of the target that trains it; null for this computer. */
  target: z.string().nullable(),
  machine: machineSchema.nullable(),
  /** Optimizer updates done. */
  step: z.int(),
  /** Seconds spent training, pauses excluded. */
  trainedSeconds: z.number(),
  /** Last value of each loss by name. */
  losses: z.record(z.string(), z.number()),
  stepsPerSecond: z.number(),
  error: serializedErrorSchema.nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
})
export type RunRecord = z.infer<typeof runRecordSchema>

export const checkpointRecordSchema = z.object({
  runId: z.string(),
  step: z.int(),
  /** File name inside the run's `checkpoints` folder; its JSON stands beside it. */
  file: z.string(),
  sha256: z.string(),
  bytes: z.int(),
  /** The validation loss where there are validation images, else the smoothed training loss; null when not recorded. */
  loss: z.number().nullable(),
  /** It has the lowest loss of the run's checkpoints, and is kept. */
  best: z.boolean(),
  /** Kept because the user wants it. */
  pinned: z.boolean(),
  /** It could not be read when it was last needed. */
  damaged: z.boolean().default(false),
  createdAt: z.number(),
})
export type CheckpointRecord = z.infer<typeof checkpointRecordSchema>
/** A checkpoint as the engine reports it. */
export type SavedCheckpoint = Omit<CheckpointRecord, 'best' | 'pinned' | 'damaged'>
/** Which checkpoint: by what is known of it, or by its step. */
export type CheckpointChoice = 'latest' | 'best' | number

/** What samples depend on besides the run and its step: sampled again with these, they are the same on the same machine. */
export const sampleSettingsSchema = z.object({
  selection: selectionSchema,
  sampling: samplingSchema,
  /** Network evaluations per image; a mean where they differ. */
  evaluations: z.number(),
  /** Of the network's products; absent in samples of older versions and in grids, which have that of the run. */
  precision: z.enum(['fp32', 'bf16', 'fp16']).optional(),
})
export type SampleSettings = z.infer<typeof sampleSettingsSchema>

/** A sample sheet: a PNG whose tiles stand row by row, `columns` wide, without gaps. */
export const sampleRecordSchema = z.object({
  id: z.string(),
  runId: z.string(),
  step: z.int(),
  /** `grid`: the fixed seeds sampled at intervals. `extra`: asked for by the user. */
  kind: z.enum(['grid', 'extra']),
  /** File name inside the run's `samples` folder. */
  file: z.string(),
  count: z.int(),
  columns: z.int(),
  shape: imageShapeSchema,
  seed: z.int(),
  solver: z.string(),
  solverSteps: z.int(),
  /** null for samples of an older version. */
  settings: sampleSettingsSchema.nullable(),
  createdAt: z.number(),
})
export type SampleRecord = z.infer<typeof sampleRecordSchema>

/** A metric by its term, and what it means; `detail` ones are shown on request. */
export interface MetricLabels {
  title: string
  help: string
  detail?: boolean
}

/** Metric names the trainer records. */
export const metricLabels: Record<string, MetricLabels> = {
  loss: {
    title: 'Loss',
    help: 'What training minimises: velocity loss plus the weighted KL divergence and prior loss.',
  },
  velocity: {
    title: 'Velocity loss',
    help: 'Mean squared error of the predicted velocity along the path from latent to image.',
  },
  kl: {
    title: 'KL divergence',
    help: 'KL(q(z|x)‖p(z)): how far encodings are from the prior. Lower makes samples more plausible, reconstructions blurrier.',
  },
  codeKl: {
    title: 'KL divergence of the code',
    help: 'Nats per image that the code says of its image. About 5 to 15 give good samples and smooth interpolations.',
  },
  validation: { title: 'Validation loss', help: 'The loss on the images that are held out of training.' },
  validationVelocity: {
    title: 'Validation velocity loss',
    help: 'The velocity loss on the images that are held out of training.',
  },
  prior: {
    title: 'Prior loss',
    help: 'Negative log-likelihood of the images under the learned prior.',
  },
  kernelDistance: {
    title: 'Kernel distance',
    help: 'How far samples and images are apart, in the features of a network; 0 is as near as real images are.',
  },
  kernelDistanceFloor: {
    title: 'Kernel distance of real images',
    help: 'The floor: how far as many real images and the same images are apart.',
    detail: true,
  },
  gradientNorm: { title: 'Gradient norm', help: 'Global norm of the gradients before clipping.' },
  learningRate: { title: 'Learning rate', help: 'Size of each update, after warm-up and schedule.' },
  velocityTime1: {
    title: 'Velocity loss, 0 ≤ t < ¼',
    help: 'In the quarter of the path next to the image.',
    detail: true,
  },
  velocityTime2: {
    title: 'Velocity loss, ¼ ≤ t < ½',
    help: 'In the second quarter of the path, counted from the image.',
    detail: true,
  },
  velocityTime3: {
    title: 'Velocity loss, ½ ≤ t < ¾',
    help: 'In the third quarter of the path, counted from the image.',
    detail: true,
  },
  velocityTime4: {
    title: 'Velocity loss, ¾ ≤ t ≤ 1',
    help: 'In the quarter of the path next to the latent.',
    detail: true,
  },
  activeShare: {
    title: 'Active dimensions',
    help: 'Share of the latent dimensions that carry information on the image.',
    detail: true,
  },
  posteriorStd: {
    title: 'Posterior std',
    help: 'Mean standard deviation of q(z|x): how uncertain encodings are.',
    detail: true,
  },
  aggregateGap: {
    title: 'Aggregate posterior KL',
    help: 'KL(q(z)‖p(z)) per dimension: how far all encodings together are from the prior.',
    detail: true,
  },
}

/** Metrics of one step, for SQLite and the plot. */
export interface MetricPoint {
  step: number
  /** Seconds of training so far. */
  seconds: number
  values: Record<string, number>
}

/** A run's curves as columns: `values[name][i]` belongs to `steps[i]`; NaN where that step lacks the metric. */
export interface MetricSeries {
  steps: Float64Array
  seconds: Float64Array
  values: Record<string, Float64Array>
}
