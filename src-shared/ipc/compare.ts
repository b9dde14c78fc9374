import { z } from 'zod'
import { byId, channel, nothing, type } from '#shared/ipc/channel.ts'
import type { Evaluation } from '#shared/schemas/evaluation.ts'
import { comparedRuns, compareViewSchema, savedViewSchema } from '#shared/schemas/compare-view.ts'
import type { CompareView, SavedView } from '#shared/schemas/compare-view.ts'

export const compareChannels = {
  /** The latest evaluation of each of the runs that has one. */
  'compare.evaluations': channel({
    input: z.strictObject({ runs: z.array(z.string()).max(comparedRuns.max) }),
    output: type<Record<string, Evaluation>>(),
  }),
  /** Which runs were compared last, and how. */
  'compare.view': channel({ input: nothing, output: type<CompareView>() }),
  'compare.setView': channel({ input: compareViewSchema, output: type<void>() }),
  /** By name. */
  'compare.views': channel({ input: nothing, output: type<SavedView[]>() }),
  /** One of the same name is replaced. */
  'compare.saveView': channel({
    input: z.strictObject({ name: savedViewSchema.shape.name, view: compareViewSchema }),
    output: type<SavedView[]>(),
  }),
  'compare.deleteView': channel({ input: byId, output: type<SavedView[]>() }),
}
