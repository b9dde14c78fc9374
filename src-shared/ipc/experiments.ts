import { z } from 'zod'
import type { Experiment, Reconstruction } from '#shared/schemas/experiment.ts'
import { byId, channel, nothing, type } from '#shared/ipc/channel.ts'
import type { Deletion } from '#shared/ipc/storage.ts'

/** Behind the runs that are queued, rather than now. */
const queue = z.boolean().exactOptional()
const byRun = z.strictObject({ runId: z.string() })

export const experimentChannels = {
  'experiments.list': channel({ input: nothing, output: type<Experiment[]>() }),
  /** Makes the runs and begins with the first. `presets` in the order of the ladder; all of them when left out. */
  'experiments.create': channel({
    input: z.strictObject({
      datasetId: z.string(),
      presets: z.array(z.string()).max(100).exactOptional(),
      // Which values are allowed is checked with the settings of each run.
      budget: z.strictObject({ steps: z.number().optional(), minutes: z.number().optional() }),
      seed: z.number(),
      /** Any other setting, for all runs. */
      changes: z.record(z.string(), z.unknown()),
      queue,
    }),
    output: type<Experiment>(),
  }),
  'experiments.pause': channel({ input: byId, output: type<Experiment>() }),
  /** Ends the run in training for good and starts no other. */
  'experiments.stop': channel({
    input: z.strictObject({ id: z.string(), save: z.boolean() }),
    output: type<Experiment>(),
  }),
  'experiments.resume': channel({ input: byId.extend({ queue }), output: type<Experiment>() }),
  /** With its runs and their files, or only the grouping. */
  /** With its runs, which can be undone; else at once, as its runs stay: null. */
  'experiments.delete': channel({
    input: z.strictObject({ id: z.string(), runs: z.boolean() }),
    output: type<Deletion | null>(),
  }),
  /** The stored reconstruction of a run; null if it has none of its present step. */
  'experiments.reconstruction': channel({ input: byRun, output: type<Reconstruction | null>() }),
  'experiments.reconstruct': channel({ input: byRun, output: type<Reconstruction>() }),
}
