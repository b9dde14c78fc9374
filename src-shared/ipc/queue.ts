import { z } from 'zod'
import type { QueueState } from '#shared/schemas/queue.ts'
import { targetNameSchema } from '#shared/remote/target.ts'
import { byId, channel, nothing, type } from '#shared/ipc/channel.ts'

/** The queue of runs; each change of it is told by the event `queue`. */
export const queueChannels = {
  'queue.get': channel({ input: nothing, output: type<QueueState>() }),
  'queue.remove': channel({ input: byId, output: type<void>() }),
  /** To a position among those that wait, 0 being the first. */
  'queue.move': channel({
    input: z.strictObject({ id: z.string(), position: z.int().min(0) }),
    output: type<void>(),
  }),
  /** When a run may start; null takes a condition away. */
  'queue.schedule': channel({
    input: z.strictObject({
      id: z.string(),
      startAt: z.int().min(0).nullable(),
      after: z.string().nullable(),
    }),
    output: type<void>(),
  }),
  /** What trains it; null for this computer. */
  'queue.setTarget': channel({
    input: z.strictObject({ id: z.string(), target: targetNameSchema.nullable() }),
    output: type<void>(),
  }),
  /** Lets it go on after the user has paused a run. */
  'queue.goOn': channel({ input: nothing, output: type<void>() }),
}
