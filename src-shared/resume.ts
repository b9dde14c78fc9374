import type { z } from 'zod'
import { runConfigSchema } from '#shared/schemas/run-config.ts'
import type { RunConfig, SettingKey } from '#shared/schemas/run-config.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { extendedLimits } from '#shared/run-limits.ts'
import type { Extension } from '#shared/run-limits.ts'
import type { RunRecord } from '#shared/schemas/run.ts'

/** What may change between a checkpoint and the run that resumes from it; all else needs a new run. */
export const resumableSettings: readonly SettingKey[] = [
  'steps',
  'epochs',
  'minutes',
  'learningRate',
  'clipNorm',
  'sampleEvery',
  'sampleCount',
  'sampleSteps',
  'evaluateEvery',
  'checkpointEvery',
  'checkpointKeep',
]

/** What may change while a run trains, besides its limits. */
export type LiveSettings = Pick<RunConfig, 'learningRate' | 'sampleEvery'>

/**
 * A run's settings as it resumes: longer, or with changed settings.
 * @throws FlowerbedError `bad-input` for a setting that may not change or a value that does not hold
 */
export function resumedConfig(
  run: RunRecord,
  { more = {}, changes = {} }: { more?: Extension; changes?: Record<string, unknown> },
): RunConfig {
  const fixed = Object.keys(changes).find((key) => !(resumableSettings as readonly string[]).includes(key))
  if (fixed !== undefined) {
    throw new FlowerbedError(
      'bad-input',
      errorText('settings.fixedOnResume', { setting: fixed, choices: resumableSettings.join(', ') }),
      {
        where: fixed,
      },
    )
  }
  const longer = Object.values(more).some((value) => value !== undefined)
  const limits = longer ? extendedLimits(run, more) : {}
  const asked: Record<string, unknown> = { ...limits, ...changes }
  // Only what changes is checked: the rest may be of another version, and is not this request's.
  const schemas: Partial<Record<string, z.ZodType>> = runConfigSchema.shape
  const checked = Object.entries(asked).map(([key, value]) => {
    const parsed = schemas[key]?.safeParse(value)
    if (parsed?.success) return [key, parsed.data] as const
    const message = parsed?.error.issues[0]?.message ?? errorText('settings.doesNotHold')
    throw new FlowerbedError('bad-input', errorText('settings.invalid', { problem: message }), { where: key })
  })
  return { ...run.config, ...(Object.fromEntries(checked) as Partial<RunConfig>) }
}

/** What differs between two configurations, each setting before and after. */
export function changedSettings(
  before: RunConfig,
  after: RunConfig,
): Record<string, { from: string | number | boolean; to: string | number | boolean }> {
  const keys = (Object.keys(after) as SettingKey[]).filter((key) => before[key] !== after[key])
  return Object.fromEntries(keys.map((key) => [key, { from: before[key], to: after[key] }]))
}
