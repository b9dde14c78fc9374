import { stepsFor } from '#shared/schemas/sampling.ts'
import type { SolverName } from '#shared/schemas/sampling.ts'

/** The dial ends here: more changes no image that anybody could tell apart. */
export const mostEvaluations = 50
/** Compared side by side when nothing else is asked for. */
export const comparedCounts = [2, 4, 8, 12, 50]
/** Side by side at most. */
export const mostCompared = 6

/** The numbers of evaluations in a text, in their order; null for what is none or too many. */
export function countsIn(text: string): number[] | null {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '')
  const counts = [...new Set(parts.map(Number))]
  const isValid = (count: number) => Number.isInteger(count) && count >= 1 && count <= 1000
  if (counts.length === 0 || counts.length > mostCompared || !counts.every(isValid)) return null
  return counts
}

/** Steps of a solver for each number of evaluations, without those that come to the same. */
export const stepsOfCounts = (solver: SolverName, counts: number[]): number[] => [
  ...new Set(counts.map((count) => stepsFor(solver, count))),
]
