import { z } from 'zod'
import type { TargetReport } from '#shared/remote/protocol.ts'
import type { RemoteState } from '#shared/remote/remote-state.ts'
import { targetNameSchema, targetSchema } from '#shared/remote/target.ts'
import type { Target } from '#shared/remote/target.ts'
import { channel, nothing, type } from '#shared/ipc/channel.ts'

/** A machine or cluster that trains runs, and what it last said of itself. */
export interface TargetEntry {
  target: Target
  seen: { at: number; report: TargetReport } | null
}

const byName = z.strictObject({ name: targetNameSchema })

export const targetChannels = {
  'targets.list': channel({ input: nothing, output: type<TargetEntry[]>() }),
  'targets.add': channel({ input: targetSchema, output: type<TargetEntry[]>() }),
  /** With `cluster`, the machine that SkyPilot started for it is deleted as well; that takes a minute. */
  'targets.remove': channel({
    input: byName.extend({ cluster: z.boolean().exactOptional() }),
    output: type<TargetEntry[]>(),
  }),
  /** Stops the machine that SkyPilot started for a target. */
  'targets.stop': channel({ input: byName, output: type<void>() }),
  /** Asks a target what it is and has; takes as long as the connection does. */
  'targets.examine': channel({ input: byName, output: type<TargetEntry[]>() }),
  /** What becomes of the runs that are followed; each change is told by the event `remote`. */
  'targets.runs': channel({ input: nothing, output: type<RemoteState[]>() }),
}
