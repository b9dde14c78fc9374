import { channel, nothing, type } from '#shared/ipc/channel.ts'

/** Bytes of a run's files by kind. */
export interface RunBytes {
  checkpoints: number
  samples: number
  diagnostics: number
  /** Logs and what does not belong to a kind. */
  other: number
}

/** What takes the disk, as it is now. */
export interface StorageUse {
  /** By run. */
  runs: Record<string, RunBytes>
  /** By dataset. */
  datasets: Record<string, number>
  /** What the disk has left. */
  free: number
}

export const storageChannels = {
  'storage.use': channel({ input: nothing, output: type<StorageUse>() }),
}
