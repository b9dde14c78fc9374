import { z } from 'zod'

/** More processes on one machine than this are a mistake. */
export const processesAtMost = 64

/** The processes that train a run together, each on its share of every batch. */
export const workerChoiceSchema = z.union([
  /** Processes of this machine, among which its cores are divided. */
  z.strictObject({ processes: z.int().min(2).max(processesAtMost) }),
  /** A process for each of these GPUs, as nvidia-smi numbers them. */
  z.strictObject({ gpus: z.array(z.int().min(0)).min(1) }),
])
export type WorkerChoice = z.infer<typeof workerChoiceSchema>

/** What a run can train on together on this machine. */
export interface WorkerDevices {
  cores: number
  gpus: { index: number; name: string }[]
}

/** A worker of a run in training. */
export interface WorkerState {
  name: string
  device: string
  pid: number
  /** `ended` and `silent`: why it is not there any more. */
  state: 'training' | 'ended' | 'silent'
  memoryBytes: number
  /** Images of each batch that it computes. */
  images: number
  /** Measured when training began; null where it was not. */
  imagesPerSecond: number | null
}
