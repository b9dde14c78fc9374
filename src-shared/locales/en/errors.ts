import { experimentsErrors } from './errors/experiments.ts'
import { historyErrors } from './errors/history.ts'
import { runsErrors } from './errors/runs.ts'
import { samplingErrors } from './errors/sampling.ts'
import { settingsErrors } from './errors/settings.ts'

/**
 * What errors say in English, by message id: what happened, and what to do about it. `{name}` is a parameter; the types of
 * `errorText` demand each.
 */
export const errors = {
  ...experimentsErrors,
  ...historyErrors,
  ...runsErrors,
  ...samplingErrors,
  ...settingsErrors,
} as const
