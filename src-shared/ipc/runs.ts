import { z } from 'zod'
import { desktopText } from '#shared/desktop-text.ts'
import type { MemoryEstimate } from '#shared/engine-messages.ts'
import type { AutomaticSetting } from '#shared/schemas/automatic.ts'
import type { Diagnostics } from '#shared/schemas/diagnostics.ts'
import { widthRange } from '#shared/weight-averaging.ts'
import type { AverageResult } from '#shared/weight-averaging.ts'
import { evaluationCounts, interpolationPairs } from '#shared/schemas/evaluation.ts'
import type { EvaluationRecord } from '#shared/schemas/evaluation.ts'
import { targetNameSchema } from '#shared/remote/target.ts'
import { imageShapeSchema } from '#shared/schemas/image.ts'
import { runConfigSchema } from '#shared/schemas/run-config.ts'
import type { RunEvent } from '#shared/schemas/run-event.ts'
import { deviceChoiceSchema } from '#shared/schemas/run.ts'
import type { CheckpointRecord, MetricSeries, RunRecord, SampleRecord } from '#shared/schemas/run.ts'
import { maxSamples, samplingSchema } from '#shared/schemas/sampling.ts'
import { workerChoiceSchema } from '#shared/workers.ts'
import type { Deletion } from '#shared/ipc/storage.ts'
import { byId, channel, noteSchema, nothing, tagsSchema, type } from '#shared/ipc/channel.ts'

/** Bytes of a run's files. */
export interface DiskUse {
  checkpoints: number
  samples: number
  total: number
}

/** How long a run would take on this machine, and what its preset chooses; null where nothing tells. */
export interface LengthEstimate {
  seconds: number | null
  /** The step at which it would end. */
  steps: number | null
  /**
   * What this goes by: runs of the same cost, the measured speed of the device, that of a group of processes by its earlier runs, that
   * of one process where such a group was not measured, or runs of other cost.
   */
  basis: 'same' | 'measured' | 'group' | 'oneProcess' | 'scaled' | null
}

/** The same with what the preset would choose. */
export interface PlannedLength extends LengthEstimate {
  chosen: AutomaticSetting[]
}

const name = z
  .string()
  .trim()
  .min(1, { error: () => desktopText('input.runName') })
  .max(200)
/** Settings that differ from the preset's; `resolveConfig` checks them. */
const changes = z.record(z.string(), z.unknown())
/** What a run's cost and settings go by of its images; they need not be imported yet. */
const trainingImages = z.strictObject({
  shape: imageShapeSchema,
  count: z.int().min(0),
  labels: z.array(z.string()),
})
const step = z.int().min(0)
/** Behind the runs that are queued, rather than now. */
const queue = z.boolean().exactOptional()

export const runChannels = {
  'runs.list': channel({ input: nothing, output: type<RunRecord[]>() }),
  'runs.create': channel({
    input: z.strictObject({
      datasetId: z.string(),
      preset: z.string(),
      changes,
      name: name.exactOptional(),
      /** The run and the step of the checkpoint whose averaged weights it starts from. */
      startFrom: z.strictObject({ id: z.string(), step }).exactOptional(),
      /** That of the settings by default. */
      device: deviceChoiceSchema.exactOptional(),
      workers: workerChoiceSchema.exactOptional(),
      /** The target that trains it, beside what trains here. */
      target: targetNameSchema.exactOptional(),
      queue,
      /** In the queue, not before this time, in ms since 1970. */
      startAt: z.int().min(0).exactOptional(),
    }),
    output: type<RunRecord>(),
  }),
  /** How much memory such a run would take. */
  'runs.estimate': channel({
    input: z.strictObject({ shape: imageShapeSchema, preset: z.string(), changes }),
    output: type<MemoryEstimate>(),
  }),
  'runs.expectedLength': channel({
    input: z.strictObject({
      images: trainingImages,
      preset: z.string(),
      changes,
      workers: workerChoiceSchema.exactOptional(),
      target: targetNameSchema.exactOptional(),
    }),
    output: type<PlannedLength>(),
  }),
  /** Has the engine build what a run begins with before it is started; resolves when it has. Does nothing while one trains. */
  'runs.prepare': channel({
    input: z.strictObject({
      images: trainingImages,
      preset: z.string(),
      changes,
      device: deviceChoiceSchema.exactOptional(),
    }),
    output: type<void>(),
  }),
  /** Frees what was prepared. */
  'runs.dropPrepared': channel({ input: nothing, output: type<void>() }),
  'runs.pause': channel({ input: byId, output: type<RunRecord>() }),
  /** From its latest checkpoint that can be read, or from the one of a step. */
  'runs.resume': channel({
    input: z.strictObject({ id: z.string(), step: step.exactOptional(), queue }),
    output: type<RunRecord>(),
  }),
  'runs.stop': channel({
    input: z.strictObject({ id: z.string(), save: z.boolean() }),
    output: type<RunRecord>(),
  }),
  /** Adds steps, epochs or minutes; a run that has ended resumes from its last checkpoint. */
  'runs.extend': channel({
    input: z
      .strictObject({
        id: z.string(),
        steps: z.int().min(1).max(10_000_000).exactOptional(),
        epochs: z.int().min(1).max(1_000_000).exactOptional(),
        minutes: z.number().positive().max(100_000).exactOptional(),
        queue,
      })
      .refine(({ steps, epochs, minutes }) => (steps ?? epochs ?? minutes) !== undefined, {
        error: () => desktopText('input.howMuchLonger'),
      }),
    output: type<RunRecord>(),
  }),
  /** Changes what may change while a run trains; for one that does not train it counts from when it resumes. */
  'runs.change': channel({
    input: z.strictObject({
      id: z.string(),
      learningRate: runConfigSchema.shape.learningRate.exactOptional(),
      sampleEvery: runConfigSchema.shape.sampleEvery.exactOptional(),
    }),
    output: type<RunRecord>(),
  }),
  'runs.update': channel({
    input: z.strictObject({
      id: z.string(),
      name: name.exactOptional(),
      note: noteSchema.exactOptional(),
      tags: tagsSchema.exactOptional(),
      starred: z.boolean().exactOptional(),
    }),
    output: type<RunRecord>(),
  }),
  'runs.diskUse': channel({ input: byId, output: type<DiskUse>() }),
  /** Can be undone for a while by `storage.undo`. */
  'runs.delete': channel({ input: byId, output: type<Deletion>() }),
  'runs.metrics': channel({ input: byId, output: type<MetricSeries>() }),
  /** What happened beside training, oldest first. */
  'runs.events': channel({ input: byId, output: type<RunEvent[]>() }),
  'runs.samples': channel({ input: byId, output: type<SampleRecord[]>() }),
  /** The last ones; null before there are any. */
  'runs.diagnostics': channel({ input: byId, output: type<Diagnostics | null>() }),
  /** The latest step first. */
  'runs.evaluations': channel({ input: byId, output: type<EvaluationRecord[]>() }),
  /** Takes minutes; progress and cancelling go by `job`, as with `gallery.sample`. */
  'runs.evaluate': channel({
    input: z.strictObject({
      id: z.string(),
      job: z.string(),
      count: z.int().min(evaluationCounts.min).max(evaluationCounts.max).exactOptional(),
      curve: z.boolean().exactOptional(),
      pairs: z.int().min(interpolationPairs.min).max(interpolationPairs.max).exactOptional(),
    }),
    output: type<EvaluationRecord>(),
  }),
  /** Gives a checkpoint the average of a width, or of the best of several; progress and cancelling go by `job`. */
  'runs.average': channel({
    input: z.strictObject({
      ...{ id: z.string(), job: z.string(), step },
      width: z.number().min(widthRange.min).max(widthRange.max).exactOptional(),
    }),
    output: type<AverageResult>(),
  }),
  /**
   * Exports the model of a checkpoint as a SavedModel that samples so into a folder that the user names; answers it, or null
   * when none was named. Cancelling goes by `job`.
   */
  'runs.export': channel({
    input: z.strictObject({
      ...{ id: z.string(), job: z.string(), checkpoint: step },
      count: z.int().min(1).max(maxSamples),
      sampling: samplingSchema,
    }),
    output: type<string | null>(),
  }),
  /** Newest first. */
  'runs.checkpoints': channel({ input: byId, output: type<CheckpointRecord[]>() }),
  /** A pinned checkpoint is never deleted to make room. */
  'runs.pinCheckpoint': channel({
    input: z.strictObject({ id: z.string(), step, pinned: z.boolean() }),
    output: type<CheckpointRecord[]>(),
  }),
}
