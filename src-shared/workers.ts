/** The processes that train a run together, each on its share of every batch. */
export type WorkerChoice =
  /** Processes of this machine, among which its cores are divided. */
  | { processes: number }
  /** A process for each of these GPUs, as nvidia-smi numbers them. */
  | { gpus: number[] }

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
