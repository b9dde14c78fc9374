import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import { resolveConfig } from '#shared/presets.ts'
import type { SettingKey } from '#shared/schemas/run-config.ts'

type SettingValue = string | number | boolean

/** A setting, or `preset`, and the values that it takes in turn. */
export interface GridAxis {
  key: string
  values: readonly SettingValue[]
}

/** One value of each axis. */
export type GridPoint = Record<string, SettingValue>

/** Most runs of one study. */
export const maxStudyRuns = 500

const budgetHint = 'Give the budget of each run with --steps or --minutes.'
/** Settings that a grid does not vary, and what to do instead. */
const notVaried: Partial<Record<string, string>> = {
  steps: budgetHint,
  minutes: budgetHint,
  epochs: budgetHint,
  seed: 'Give the number of seeds with --seeds.',
}

/** Every combination of the axes' values, the last axis fastest; one empty point without axes. */
export function expandGrid(axes: readonly GridAxis[]): GridPoint[] {
  return axes.reduce<GridPoint[]>(
    (points, { key, values }) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [key]: value }))),
    [{}],
  )
}

/** How many runs a grid with some seeds has, without making them. */
export const runCount = (axes: readonly GridAxis[], seeds: number): number =>
  axes.reduce((product, { values }) => product * values.length, seeds)

/**
 * The axes with their values as the schema of settings reads them.
 * @param base the settings that all runs share
 * @throws FlowerbedError `bad-input` that names the first setting or value that does not hold, or is given twice
 */
export function checkedAxes(
  axes: readonly GridAxis[],
  base: { preset: string; changes: Record<string, unknown> },
): GridAxis[] {
  const twice = axes.find(({ key }, i) => axes.findIndex((other) => other.key === key) < i)
  if (twice) throw problem(`“${twice.key}” is given twice.`, twice.key, 'Put its values in one list.')
  return axes.map((axis) => checkedAxis(axis, base))
}

function checkedAxis(
  { key, values }: GridAxis,
  { preset, changes }: { preset: string; changes: Record<string, unknown> },
): GridAxis {
  const instead = notVaried[key]
  if (instead !== undefined) throw problem(`“${key}” is the same for all runs of a study.`, key, instead)
  if (key in changes) throw problem(`“${key}” is also set for all runs.`, key, 'Give it once.')
  const read = (value: SettingValue): SettingValue => {
    if (String(value).trim() === '') throw problem(`A value of “${key}” is empty.`, key)
    try {
      if (key !== 'preset') return resolveConfig(preset, { ...changes, [key]: value })[key as SettingKey]
      resolveConfig(String(value), changes)
      return value
    } catch (thrown) {
      throw namingValue(thrown, key, value)
    }
  }
  const checked: SettingValue[] = []
  for (const value of values) {
    const one = read(value)
    if (checked.includes(one)) throw problem(`The value ${String(one)} of “${key}” is given twice.`, key)
    checked.push(one)
  }
  if (checked.length === 0) throw problem(`“${key}” has no values.`, key)
  return { key, values: checked }
}

/** An error of the settings' schema that says which value of the grid it is about. */
function namingValue(thrown: unknown, key: string, value: SettingValue): FlowerbedError {
  const { kind, message, where, hint } = toFlowerbedError(thrown)
  // The message names an unknown setting; an error of another setting keeps that one's name.
  const told = where === key && !message.includes(`“${key}”`) && key !== 'preset'
  return new FlowerbedError(kind, message, {
    cause: thrown,
    ...(told ? { where: `${key}=${value}` } : where === undefined ? {} : { where }),
    ...(hint === undefined ? {} : { hint }),
  })
}

function problem(message: string, where: string, hint?: string): FlowerbedError {
  return new FlowerbedError('bad-input', message, { where, ...(hint === undefined ? {} : { hint }) })
}
