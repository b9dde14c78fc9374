import { availableParallelism } from 'node:os'

/** Files processed at once: one per core being decoded, and as many and two more being read or written. */
export const filesAtOnce = 2 * availableParallelism() + 2
