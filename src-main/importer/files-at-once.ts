import { availableParallelism } from 'node:os'

/** Files decoded at once: each core busy, and two more waiting on the disk. */
export const filesAtOnce = availableParallelism() + 2
