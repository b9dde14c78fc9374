import { z } from 'zod'
import type { QueueState } from '#shared/schemas/queue.ts'
import { byId, channel, nothing, type } from '#shared/ipc/channel.ts'

const state = type<QueueState>()

/** The queue of runs; each answers the queue as it is then. */
export const queueChannels = {
  'queue.get': channel({ input: nothing, output: state }),
  /** Queues a run that was paused, stopped or never begun. */
  'queue.add': channel({ input: byId, output: state }),
  'queue.remove': channel({ input: byId, output: state }),
  /** To a position among those that wait, 0 being the first. */
  'queue.move': channel({
    input: z.strictObject({ id: z.string(), position: z.int().min(0) }),
    output: state,
  }),
  /** When a run may start; null takes a condition away. */
  'queue.schedule': channel({
    input: z.strictObject({
      id: z.string(),
      startAt: z.int().min(0).nullable(),
      after: z.string().nullable(),
    }),
    output: state,
  }),
  /** Lets it go on after the user has paused a run. */
  'queue.goOn': channel({ input: nothing, output: state }),
}
