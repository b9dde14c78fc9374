import { z } from 'zod'
import type { EngineEvent, TrainResult } from '#shared/engine-messages.ts'
import { serializedErrorSchema } from '#shared/errors.ts'
import type { SerializedError } from '#shared/errors.ts'
import { runConfigSchema } from '#shared/schemas/run-config.ts'
import { deviceChoiceSchema } from '#shared/schemas/run.ts'
import { slurmOptionsSchema } from '#shared/remote/target.ts'

/**
 * What this machine and a target say to each other. On the target, under its folder:
 *
 *     versions/<digest>/            Flowerbed with its packages; several stand side by side
 *     node/<version>/bin/node, runtime/  Node, TensorFlow
 *     datasets/<id>/pixels.u8, index.json
 *     runs/<id>/request.json        what is to be trained: `LaunchRequest`
 *     runs/<id>/journal.jsonl       all that happened, a `JournalEntry` a line; only ever appended to
 *     runs/<id>/control/<id>.json   `ControlRequest`s that wait to be carried out
 *     runs/<id>/job.json            by whom it is trained: a process, or a job of Slurm
 *     runs/<id>/checkpoints/, samples/, diagnostics/, log.txt
 *
 * The agent is `versions/<digest>/src-main/agent/main.ts`. It answers each of its commands with one JSON line on stdout; an
 * error is `{"error": SerializedError}` and exit status 1.
 */
export const protocolVersion = 1

/** Starts or resumes training: standard input of `agent launch`. */
export const launchRequestSchema = z.object({
  protocol: z.int(),
  runId: z.string(),
  /** Each launch of a run has one of its own; launching with one that is known already changes nothing. */
  launchId: z.string(),
  datasetId: z.string(),
  excluded: z.array(z.int()).optional(),
  config: runConfigSchema,
  device: deviceChoiceSchema,
  /** A checkpoint in the run's folder to resume from. */
  resume: z.object({ file: z.string(), sha256: z.string() }).optional(),
  /** A checkpoint whose averaged weights the run starts from, in `runs/<id>/start` there. */
  start: z.object({ file: z.string() }).optional(),
  /** By a job of Slurm; without, by a process of the target. */
  slurm: slurmOptionsSchema.optional(),
})
export type LaunchRequest = z.infer<typeof launchRequestSchema>

/** Standard input of `agent control RUN`. */
export const controlRequestSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pause') }),
  z.object({ kind: z.literal('stop'), save: z.boolean() }),
  z.object({
    kind: z.literal('extend'),
    limits: z.object({
      ...{ steps: z.number(), epochs: z.number(), minutes: z.number() },
      ...{ learningRate: z.number(), sampleEvery: z.number() },
    }),
  }),
])
export type ControlRequest = z.infer<typeof controlRequestSchema>

/** A line of a run's journal. Files that an event names are complete before its line is written. */
export type JournalEntry = {
  /** ms since 1970, by the target's clock. */
  at: number
  launchId: string
} & (
  | { event: EngineEvent }
  /** A job waits to be started, or has ended without the run having ended: it is requeued or resumed. */
  | { job: JobState }
  /** The launch has ended; nothing of it follows. */
  | { ended: TrainResult }
  | { failed: SerializedError }
)

/** Where a launch stands. */
export type JobState =
  /** Nothing is known of it. */
  | { state: 'absent' }
  /** Its job waits: Slurm's reason in words, and its position where that is known. */
  | { state: 'queued'; jobId: string; reason: string; position: number | null }
  | { state: 'running'; pid: number | null; jobId: string | null; node: string }
  /** Its journal says how it ended. */
  | { state: 'ended' }
  /** Nothing trains it any more, and its journal does not say why: the machine restarted, or the process was killed. */
  | { state: 'lost'; reason: string }

/** Answer of `agent status RUN`. */
export interface RunStatusThere {
  protocol: number
  launchId: string | null
  job: JobState
  /** Complete bytes of the journal. */
  journalBytes: number
  /** The latest checkpoint there, to resume from. */
  checkpoint: { file: string; sha256: string; step: number } | null
}

/**
 * A line of `agent follow RUN --offset BYTES`, which goes on until the launch has ended and all of it was said:
 * entries from the offset on, each with the offset after it, and a sign of life every few seconds.
 */
export type FollowLine = { offset: number; entry: JournalEntry } | { alive: true; job: JobState }

/** Answer of `agent doctor`. */
export interface TargetReport {
  protocol: number
  version: string
  hostname: string
  platform: string
  cpu: string
  cores: number
  memoryBytes: number
  freeDiskBytes: number
  gpus: { name: string; memoryBytes: number; freeBytes: number }[]
  tensorflow: string | null
  slurm: string | null
  /** Whether processes, training among them, are ended there when the user's last session ends; older versions do not say. */
  endsAtLogout?: boolean
}

export const errorLineSchema = z.object({ error: serializedErrorSchema })
