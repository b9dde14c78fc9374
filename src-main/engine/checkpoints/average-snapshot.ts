import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { SavedSnapshot } from '#shared/weight-averaging.ts'
import { snapshotFile, snapshotFolder, snapshotSteps } from '../../files/average-snapshots.ts'
import { sha256, writeFileAtomically } from '../../files/atomic-write.ts'
import { descriptionOf } from '../../files/checkpoint-names.ts'
import type { Values } from '../graph/program.ts'
import { largestHalf } from './half.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'
import type { SafeTensor } from './safetensors.ts'

/** The JSON beside a snapshot. */
const descriptionSchema = z.object({
  format: z.literal(1),
  runId: z.string(),
  step: z.int(),
  /** The widths of its averages, in the order of `averageKinds`. */
  widths: z.array(z.number()),
  sha256: z.string(),
})
export type SnapshotInfo = z.infer<typeof descriptionSchema>

/**
 * Writes the averages of a step in 16 bits, arrays with larger numbers in 32, and JSON with their hash beside them, each
 * atomically and the JSON last.
 */
export async function saveSnapshot(options: {
  runDirectory: string
  info: Omit<SnapshotInfo, 'sha256' | 'format'>
  averages: Values
}): Promise<Omit<SavedSnapshot, 'interval'>> {
  const { runDirectory, info, averages } = options
  const folder = snapshotFolder(runDirectory)
  await mkdir(folder, { recursive: true })
  const file = snapshotFile(info.step)
  const tensors = Object.entries(averages).map(([name, values]) => {
    const fits = values.every((value: number) => Math.abs(value) <= largestHalf)
    const tensor: SafeTensor = { dtype: fits ? 'F16' : 'F32', shape: [values.length], values }
    return [name, tensor] as const
  })
  const bytes = writeSafetensors({
    tensors: Object.fromEntries(tensors),
    metadata: { format: 'flowerbed-averages', step: String(info.step) },
  })
  const hash = sha256(bytes)
  await writeFileAtomically(join(folder, file), bytes)
  const description: SnapshotInfo = { format: 1, ...info, sha256: hash }
  await writeFileAtomically(join(folder, descriptionOf(file)), JSON.stringify(description, null, 1))
  return { runId: info.runId, step: info.step, file, sha256: hash, bytes: bytes.length }
}

/** The descriptions of a run's snapshots up to a step, oldest first; without those that cannot be read. */
export async function foundSnapshots(runDirectory: string, upTo: number): Promise<SnapshotInfo[]> {
  const steps = (await snapshotSteps(runDirectory)).filter((step) => step <= upTo)
  const found = await Promise.all(
    steps.map(async (step) => {
      const path = join(snapshotFolder(runDirectory), descriptionOf(snapshotFile(step)))
      const text = await readFile(path, 'utf8').catch(() => '')
      try {
        return descriptionSchema.parse(JSON.parse(text))
      } catch {
        return null
      }
    }),
  )
  return found.filter((info) => info !== null)
}

/** The averages of a snapshot by name; null when they are gone or not those that were written. */
export async function loadSnapshot(runDirectory: string, info: SnapshotInfo): Promise<Values | null> {
  const path = join(snapshotFolder(runDirectory), snapshotFile(info.step))
  const bytes = await readFile(path).catch(() => null)
  if (!bytes || sha256(bytes) !== info.sha256) return null
  const { tensors } = readSafetensors(bytes, path)
  return Object.fromEntries(Object.entries(tensors).map(([name, { values }]) => [name, values]))
}
