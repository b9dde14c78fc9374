import { z } from 'zod'
import { pairImagesSchema } from '#shared/schemas/pinned-pair.ts'
import type { PinnedPair, PinnedRow } from '#shared/schemas/pinned-pair.ts'
import type { Deletion } from '#shared/ipc/storage.ts'
import { byId, channel, type } from '#shared/ipc/channel.ts'

/** Interpolations that are generated again while a run trains. */
export const pinnedPairChannels = {
  'pairs.list': channel({ input: byId, output: type<{ pairs: PinnedPair[]; rows: PinnedRow[] }>() }),
  /** Pins two images, and generates their rows of the checkpoints that are kept. */
  'pairs.add': channel({ input: byId.extend({ images: pairImagesSchema }), output: type<PinnedPair>() }),
  'pairs.remove': channel({ input: byId.extend({ pair: z.string() }), output: type<Deletion>() }),
}
