import { samplingSchema, selectionOf, solverNames } from '#shared/schemas/sampling.ts'
import type { SampleRecord, SampleSettings } from '#shared/schemas/run.ts'

/** What a sheet was sampled with; of one of an older version what is known, and the defaults for the rest. */
export function settingsOf(record: SampleRecord): SampleSettings {
  const { settings, seed, count, solver, solverSteps } = record
  if (settings) return settings
  const known = solverNames.find((name) => name === solver)
  return {
    selection: selectionOf({ seed, count }),
    sampling: samplingSchema.parse({ ...(known ? { solver: known } : {}), steps: Math.max(1, solverSteps) }),
    evaluations: solverSteps,
  }
}
