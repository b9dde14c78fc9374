import { z } from 'zod'
import { targetNameSchema } from './remote/target.ts'

/** More processes on one machine than this are a mistake. */
export const processesAtMost = 64

/** The name that stands for this computer among the machines of a run. */
export const localHost = 'local'

/** At least two machines, each of them once. */
export const workerHostsSchema = z
  .array(targetNameSchema)
  .min(2)
  .refine((hosts) => new Set(hosts).size === hosts.length)

/** The network, as 10.0.0.0/24, in which workers reach each other without OpenSSH, unencrypted. */
export const workerNetworkSchema = z.cidrv4()

/** The processes that train a run together, each on its share of every batch. */
export const workerChoiceSchema = z.union([
  /** Processes of this machine, among which its cores are divided. */
  z.strictObject({ processes: z.int().min(2).max(processesAtMost) }),
  /** A process for each of these GPUs, as nvidia-smi numbers them. */
  z.strictObject({ gpus: z.array(z.int().min(0)).min(1) }),
  /** A process on each of these machines: names of targets that OpenSSH reaches, and `local`. */
  z.strictObject({
    hosts: workerHostsSchema,
    network: workerNetworkSchema.exactOptional(),
  }),
])
export type WorkerChoice = z.infer<typeof workerChoiceSchema>

/** Whether two runs are trained by the same processes. */
export const isSameGroup = (a: WorkerChoice | null, b: WorkerChoice | null): boolean =>
  JSON.stringify(a) === JSON.stringify(b)

/** How the engine reaches a target on which a worker runs. */
export interface WorkerHost {
  /** Of the target. */
  name: string
  /** As it is typed after `ssh`. */
  host: string
  /** The program ssh and its options. */
  ssh: string[]
  /** Starts the worker in the shell there. */
  command: string
}

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
