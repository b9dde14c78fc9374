import type { Sampling } from '#shared/schemas/sampling.ts'

/** The times of a solver with fixed steps. */
export interface TimeGrid {
  steps: number
  from: number
  to: number
  grid?: Sampling['timeGrid']
  /** s of the grid `shift`. */
  shift?: number
}

/**
 * The times of `steps` steps from `from` to `to`, 0 to 1 or 1 to 0, as pairs of start and size; both directions have the
 * same times. With u evenly spaced, t is `uniform`: u; `quadratic`: u², finer near the data (as the times of Song et al. 2021, DDIM, appendix D.2);
 * `shift`: s·u / (1 − u + s·u), finer near the noise for s > 1 (Esser et al. 2024, section 5.3.2).
 */
export function timeGrid({
  steps,
  from,
  to,
  grid = 'uniform',
  shift = 1,
}: TimeGrid): { t: number; dt: number }[] {
  const size = (to - from) / steps
  if (grid === 'uniform') return Array.from({ length: steps }, (_, i) => ({ t: from + i * size, dt: size }))
  const at = (i: number) => warpTime(i === steps ? to : from + i * size, { grid, shift })
  return Array.from({ length: steps }, (_, i) => ({ t: at(i), dt: at(i + 1) - at(i) }))
}

function warpTime(u: number, { grid, shift }: Required<Pick<TimeGrid, 'grid' | 'shift'>>): number {
  if (grid === 'quadratic') return u * u
  return grid === 'shift' ? (shift * u) / (1 - u + shift * u) : u
}
