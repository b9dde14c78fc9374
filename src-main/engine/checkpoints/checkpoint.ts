import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { runConfigSchema } from '#shared/schemas/run-config.ts'
import { errorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { imageShapeSchema } from '#shared/schemas/image.ts'
import { machineSchema } from '#shared/schemas/run.ts'
import type { SavedCheckpoint } from '#shared/schemas/run.ts'
import { widthText } from '#shared/weight-averaging.ts'
import {
  averagedFile,
  checkpointFile,
  checkpointFolder,
  descriptionOf,
} from '../../files/checkpoint-names.ts'
import { sha256, writeFileAtomically } from '../../files/atomic-write.ts'
import type { Values } from '../graph/program.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'

/** The JSON beside a checkpoint: everything except the arrays. */
export const checkpointInfoSchema = z.object({
  format: z.literal(1),
  runId: z.string(),
  step: z.int(),
  trainedSeconds: z.number(),
  /** The training time that the schedule of the next step uses; without it, `trainedSeconds`. */
  scheduleSeconds: z.number().optional(),
  losses: z.record(z.string(), z.number()),
  /** Of the last step, from which the rate of the next may rise only slowly. */
  learningRate: z.number().optional(),
  /** What the best checkpoint is chosen by: the validation loss, or without one the smoothed training loss. */
  loss: z.number().nullable().default(null),
  smoothed: z.object({ sum: z.number(), weight: z.number() }).default({ sum: 0, weight: 0 }),
  config: runConfigSchema,
  shape: imageShapeSchema,
  /** The labels that the model is conditioned on, in its order. */
  labels: z.array(z.string()).default([]),
  machine: machineSchema,
  /** The average that was chosen after the run: its width, and how far its profile is from a power function's. */
  average: z.object({ width: z.number(), profileError: z.number() }).optional(),
  sha256: z.string(),
})
export type CheckpointInfo = z.infer<typeof checkpointInfoSchema>

export interface Checkpoint {
  info: CheckpointInfo
  state: Values
  shapes: Record<string, number[]>
}

/**
 * Writes a training state: the arrays as safetensors, the rest as JSON beside it, each atomically. The JSON is written
 * last and contains the arrays' hash, so it never describes arrays that are not there.
 */
export async function saveCheckpoint(options: {
  runDirectory: string
  info: Omit<CheckpointInfo, 'sha256' | 'format'>
  state: Values
  shapes: Record<string, number[]>
}): Promise<SavedCheckpoint> {
  const { runDirectory, info, state, shapes } = options
  const folder = checkpointFolder(runDirectory)
  await mkdir(folder, { recursive: true })
  const { step, average } = info
  const file = average ? averagedFile(step, widthText(average.width)) : checkpointFile(step)
  const bytes = writeSafetensors({
    tensors: Object.fromEntries(
      Object.entries(state).map(([name, values]) => [
        name,
        {
          dtype: values instanceof Float32Array ? 'F32' : 'I32',
          shape: shapes[name] ?? [values.length],
          values,
        },
      ]),
    ),
    metadata: { format: 'flowerbed', step: String(info.step) },
  })
  const hash = sha256(bytes)
  await writeFileAtomically(join(folder, file), bytes)
  const description: CheckpointInfo = { format: 1, ...info, sha256: hash }
  await writeFileAtomically(join(folder, descriptionOf(file)), JSON.stringify(description, null, 1))
  return {
    runId: info.runId,
    step: info.step,
    file,
    sha256: hash,
    bytes: bytes.length,
    loss: info.loss,
    createdAt: Date.now(),
  }
}

/**
 * Reads a checkpoint. `recorded` is the hash in the database, if known.
 * @throws FlowerbedError `not-found` when a file is missing, `corrupt` when its bytes are not those that were written
 */
export async function loadCheckpoint(
  runDirectory: string,
  file: string,
  recorded?: string,
): Promise<Checkpoint> {
  const path = join(checkpointFolder(runDirectory), file)
  const read = (name: string) =>
    readFile(name).catch((cause: unknown) => {
      throw new FlowerbedError('not-found', errorText('checkpoint.missing'), { where: name, cause })
    })
  const corrupt = (text: ErrorText, cause?: unknown) =>
    new FlowerbedError('corrupt', text, {
      where: path,
      ...(cause === undefined ? {} : { cause }),
    })
  let info: CheckpointInfo
  const json = await read(descriptionOf(path))
  try {
    info = checkpointInfoSchema.parse(JSON.parse(json.toString()))
  } catch (cause) {
    throw corrupt(errorText('checkpoint.descriptionUnreadable'), cause)
  }
  const bytes = await read(path)
  const hash = sha256(bytes)
  if (hash !== info.sha256 || (recorded !== undefined && hash !== recorded))
    throw corrupt(errorText('checkpoint.damaged'))
  const { tensors } = readSafetensors(bytes, path)
  const entries = Object.entries(tensors)
  return {
    info,
    state: Object.fromEntries(entries.map(([name, { values }]) => [name, values])),
    shapes: Object.fromEntries(entries.map(([name, { shape }]) => [name, shape])),
  }
}
