import { z } from 'zod'
import { runConfigSchema } from '#shared/schemas/run-config.ts'
import { serializedErrorSchema } from '#shared/errors.ts'
import { imageShapeSchema } from '#shared/schemas/image.ts'

export const deviceChoiceSchema = z.enum(['auto', 'cuda', 'cpu'])
export type DeviceChoice = z.infer<typeof deviceChoiceSchema>

export const runStatuses = [
  'waiting', // for its turn in an experiment; not trained yet
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
  /** Threads that share an operation on the processor. */
  threads: z.int().optional(),
})
export type Machine = z.infer<typeof machineSchema>

export const precisionWords: Record<NonNullable<Machine['precision']>, string> = {
  fp32: '32 bits',
  bf16: '16 bits (bfloat16)',
  fp16: '16 bits (half)',
}

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
  /** The experiment it is part of. */
  experimentId: z.string().nullable(),
  /** null when the dataset was deleted. */
  datasetId: z.string().nullable(),
  datasetName: z.string(),
  imageCount: z.int(),
  shape: imageShapeSchema,
  deviceChoice: deviceChoiceSchema,
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
  createdAt: z.number(),
})
export type SampleRecord = z.infer<typeof sampleRecordSchema>

/** A metric's label and its term in messages; `detail` is for those who look closer. */
export interface MetricWords {
  title: string
  term: string
  detail?: boolean
}

/** Metric names the trainer records. */
export const metricWords: Record<string, MetricWords> = {
  loss: { title: 'Loss', term: 'loss' },
  velocity: { title: 'Velocity loss', term: 'velocity MSE' },
  kl: { title: 'KL divergence', term: 'KL(q‖p)' },
  validation: { title: 'Validation loss', term: 'validation loss' },
  validationVelocity: { title: 'Validation velocity loss', term: 'validation velocity MSE' },
  prior: { title: 'Prior loss', term: 'prior NLL' },
  gradientNorm: { title: 'Gradient norm', term: 'gradient norm' },
  learningRate: { title: 'Learning rate', term: 'learning rate' },
  velocityTime1: { title: 'Velocity loss near the data', term: 'velocity MSE, 0 ≤ t < ¼', detail: true },
  velocityTime2: { title: 'Velocity loss, second quarter', term: 'velocity MSE, ¼ ≤ t < ½', detail: true },
  velocityTime3: { title: 'Velocity loss, third quarter', term: 'velocity MSE, ½ ≤ t < ¾', detail: true },
  velocityTime4: { title: 'Velocity loss near the noise', term: 'velocity MSE, ¾ ≤ t ≤ 1', detail: true },
  activeShare: { title: 'Active dimensions', term: 'active dimensions, share', detail: true },
  posteriorStd: { title: 'Posterior std', term: 'mean std of q(z|x)', detail: true },
  aggregateGap: {
    title: 'Aggregate posterior gap',
    term: 'KL(q(z)‖p(z)) per dimension',
    detail: true,
  },
}

/** Metrics of one step, as sent to SQLite and the plot. */
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
