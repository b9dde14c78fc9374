import { availableParallelism } from 'node:os'

/** Files in hand at once: each core busy, and as many and two more on their way to it and from it. */
export const filesAtOnce = 2 * availableParallelism() + 2
