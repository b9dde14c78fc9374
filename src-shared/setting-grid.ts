import { errorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'
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

/** Settings that a grid does not vary, and the error that says what to do instead. */
const notVaried: Partial<Record<string, 'study.budgetVaried' | 'study.seedVaried'>> = {
  steps: 'study.budgetVaried',
  minutes: 'study.budgetVaried',
  epochs: 'study.budgetVaried',
  seed: 'study.seedVaried',
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
  if (twice) throw problem(errorText('study.axisTwice', { setting: twice.key }), twice.key)
  return axes.map((axis) => checkedAxis(axis, base))
}

function checkedAxis(
  { key, values }: GridAxis,
  { preset, changes }: { preset: string; changes: Record<string, unknown> },
): GridAxis {
  const instead = notVaried[key]
  if (instead !== undefined) throw problem(errorText(instead, { setting: key }), key)
  if (key in changes) throw problem(errorText('study.alsoSetForAll', { setting: key }), key)
  const read = (value: SettingValue): SettingValue => {
    if (String(value).trim() === '') throw problem(errorText('study.emptyValue', { setting: key }), key)
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
    if (checked.includes(one))
      throw problem(errorText('study.valueTwice', { setting: key, value: String(one) }), key)
    checked.push(one)
  }
  if (checked.length === 0) throw problem(errorText('study.noValues', { setting: key }), key)
  return { key, values: checked }
}

/** An error of the settings' schema that says which value of the grid it is about. */
function namingValue(thrown: unknown, key: string, value: SettingValue): FlowerbedError {
  const { kind, message, where, hint, text } = toFlowerbedError(thrown)
  // The message names an unknown setting; an error of another setting keeps that one's name.
  const told = where === key && !message.includes(`“${key}”`) && key !== 'preset'
  return new FlowerbedError(kind, text ?? message, {
    cause: thrown,
    ...(told ? { where: `${key}=${value}` } : where === undefined ? {} : { where }),
    ...(hint === undefined ? {} : { hint }),
  })
}

const problem = (text: ErrorText, where: string) => new FlowerbedError('bad-input', text, { where })
