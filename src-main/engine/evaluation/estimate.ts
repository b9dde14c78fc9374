import type { Estimate } from '#shared/schemas/evaluation.ts'

/** Groups that standard errors are found from. */
const maxGroups = 10
/** Fewest vectors of a group. */
const minGroupSize = 4

/** Number of groups for two sets of vectors; vector i is in group i mod this. */
export const groupCount = (...counts: number[]): number =>
  Math.max(2, Math.min(maxGroups, Math.floor(Math.min(...counts) / minGroupSize)))

/**
 * A value with its standard error by the delete-one-group jackknife (Efron & Stein 1981): the spread of the values that
 * are found without one group each.
 */
export function jackknife(value: number, withoutGroup: number[]): Estimate {
  const groups = withoutGroup.length
  const mean = withoutGroup.reduce((sum, each) => sum + each, 0) / groups
  const spread = withoutGroup.reduce((sum, each) => sum + (each - mean) ** 2, 0)
  return { value, error: Math.sqrt(((groups - 1) / groups) * spread) }
}

/** The mean of some values and its standard error. */
export function meanEstimate(values: ArrayLike<number>): Estimate {
  const { length } = values
  const all = Array.from(values)
  const mean = all.reduce((sum, each) => sum + each, 0) / length
  const spread = all.reduce((sum, each) => sum + (each - mean) ** 2, 0)
  return { value: mean, error: length < 2 ? 0 : Math.sqrt(spread / (length - 1) / length) }
}

/** The share of `count` vectors of which `hits` fit, with its binomial standard error; a share of 0 or 1 has that of half a hit. */
export function shareEstimate(hits: number, count: number): Estimate {
  const value = hits / count
  const bounded = Math.min(Math.max(value, 0.5 / count), 1 - 0.5 / count)
  return { value, error: Math.sqrt((bounded * (1 - bounded)) / count) }
}
