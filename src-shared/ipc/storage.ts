import { z } from 'zod'
import { thinningSchema } from '#shared/thinning.ts'
import type { ThinningPlan } from '#shared/thinning.ts'
import { channel, nothing, type } from '#shared/ipc/channel.ts'

/** Bytes of a run's files by kind. */
export interface RunBytes {
  checkpoints: number
  samples: number
  /** Snapshots from which averages of other widths are made. */
  averages: number
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

/** A deletion that was asked for: done in a while, until then it can be undone. */
export interface Deletion {
  deletion: string
  undoMs: number
}

const thinned = z.strictObject({ runs: z.array(z.string()).min(1).max(10_000), rule: thinningSchema })

export const storageChannels = {
  'storage.use': channel({ input: nothing, output: type<StorageUse>() }),
  'storage.planThinning': channel({ input: thinned, output: type<ThinningPlan>() }),
  /** Deletes old checkpoints and samples of runs, those in training left out. */
  'storage.thinOut': channel({ input: thinned, output: type<Deletion>() }),
  'storage.undo': channel({ input: z.strictObject({ deletion: z.string() }), output: type<void>() }),
}
