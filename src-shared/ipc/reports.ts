import { z } from 'zod'
import { channel, type } from '#shared/ipc/channel.ts'
import { comparedRuns } from '#shared/schemas/compare-view.ts'

/** What a report is of: one run, several compared, or an experiment. */
export const reportTargetSchema = z.union([
  z.strictObject({ runs: z.array(z.string()).min(1).max(comparedRuns.max) }),
  z.strictObject({ experiment: z.string() }),
])
export type ReportTarget = z.infer<typeof reportTargetSchema>

export const reportChannels = {
  /** Asks for a path and writes the report there as one HTML file; answers it, or null when no path was chosen. */
  'reports.save': channel({ input: reportTargetSchema, output: type<string | null>() }),
}
