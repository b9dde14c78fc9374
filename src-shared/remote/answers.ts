import { z } from 'zod'
import type { EngineEvent, TrainResult } from '#shared/engine-messages.ts'
import { serializedErrorSchema } from '#shared/errors.ts'
import type {
  FollowLine,
  JobState,
  JournalEntry,
  RunStatusThere,
  TargetReport,
} from '#shared/remote/protocol.ts'

/** What the agent answers, checked: another version of it may say something else. */

export const jobStateSchema: z.ZodType<JobState> = z.discriminatedUnion('state', [
  z.object({ state: z.literal('absent') }),
  z.object({
    state: z.literal('queued'),
    jobId: z.string(),
    reason: z.string(),
    position: z.int().nullable(),
  }),
  z.object({
    state: z.literal('running'),
    pid: z.int().nullable(),
    jobId: z.string().nullable(),
    node: z.string(),
  }),
  z.object({ state: z.literal('ended') }),
  z.object({ state: z.literal('lost'), reason: z.string() }),
])

export const runStatusThereSchema: z.ZodType<RunStatusThere> = z.object({
  protocol: z.int(),
  launchId: z.string().nullable(),
  job: jobStateSchema,
  journalBytes: z.int().min(0),
  checkpoint: z.object({ file: z.string(), sha256: z.string(), step: z.int() }).nullable(),
})

/** Of the engine's events the store checks what it stores; here only that it is one. */
const engineEventSchema = z.custom<EngineEvent>(
  (value) => typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string',
)

const trainResultSchema: z.ZodType<TrainResult> = z.object({
  outcome: z.enum(['finished', 'paused', 'stopped']),
  step: z.int(),
  trainedSeconds: z.number(),
  // JSON writes numbers that are not finite as null.
  losses: z
    .record(z.string(), z.number().nullable())
    .transform((losses) =>
      Object.fromEntries(Object.entries(losses).map(([name, loss]) => [name, loss ?? NaN])),
    ),
  stepsPerSecond: z.number(),
})

const said = { at: z.number(), launchId: z.string() }
const journalEntrySchema: z.ZodType<JournalEntry> = z.union([
  z.object({ ...said, event: engineEventSchema }),
  z.object({ ...said, job: jobStateSchema }),
  z.object({ ...said, ended: trainResultSchema }),
  z.object({ ...said, failed: serializedErrorSchema }),
])

export const followLineSchema: z.ZodType<FollowLine> = z.union([
  z.object({ offset: z.int().min(0), entry: journalEntrySchema }),
  z.object({ alive: z.literal(true), job: jobStateSchema }),
])

export const targetReportSchema: z.ZodType<TargetReport> = z.object({
  ...{ protocol: z.int(), version: z.string(), hostname: z.string(), platform: z.string(), cpu: z.string() },
  ...{ cores: z.int(), memoryBytes: z.number(), freeDiskBytes: z.number() },
  gpus: z.array(z.object({ name: z.string(), memoryBytes: z.number(), freeBytes: z.number() })),
  ...{ tensorflow: z.string().nullable(), slurm: z.string().nullable() },
  endsAtLogout: z.boolean().exactOptional(),
})
