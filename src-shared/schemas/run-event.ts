import { z } from 'zod'

const settingValue = z.union([z.number(), z.string(), z.boolean()])

/** What happened to a run beside its training, kept with it. */
export const runEventSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('started'),
    step: z.int(),
    at: z.number(),
    /** What it trains on, as the system calls it. */
    detail: z.object({ device: z.string() }),
  }),
  z.object({ kind: z.literal('paused'), step: z.int(), at: z.number(), detail: z.object({}) }),
  z.object({
    kind: z.literal('ended'),
    step: z.int(),
    at: z.number(),
    /** How it ended, and why where it failed. */
    detail: z.object({
      status: z.enum(['finished', 'stopped', 'interrupted', 'failed']),
      reason: z.string().exactOptional(),
    }),
  }),
  z.object({
    kind: z.literal('resumed'),
    step: z.int(),
    at: z.number(),
    /** File of the checkpoint it resumed from. */
    detail: z.object({ checkpoint: z.string() }),
  }),
  z.object({
    kind: z.literal('settings'),
    step: z.int(),
    at: z.number(),
    /** Each changed setting, before and after. */
    detail: z.record(z.string(), z.object({ from: settingValue, to: settingValue })),
  }),
  z.object({
    kind: z.literal('checkpoint-damaged'),
    step: z.int(),
    at: z.number(),
    detail: z.object({ checkpoint: z.string(), reason: z.string() }),
  }),
  z.object({
    kind: z.literal('workers-lost'),
    /** Where the run has gone back to. */
    step: z.int(),
    at: z.number(),
    /** The step that was reached, the names of those that were lost, and the number of those that are left. */
    detail: z.object({ reached: z.int(), lost: z.array(z.string()), left: z.int() }),
  }),
])
export type RunEvent = z.infer<typeof runEventSchema>
export type NewRunEvent = {
  [K in RunEvent['kind']]: Omit<Extract<RunEvent, { kind: K }>, 'at'>
}[RunEvent['kind']]
