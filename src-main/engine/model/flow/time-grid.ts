import type { Sampling } from '#shared/schemas/sampling.ts'

/** The times of a solver with fixed steps. */
export interface TimeGrid {
  steps: number
  from: number
  to: number
  grid?: Sampling['timeGrid']
  /** s of the grid `shift`. */
  shift?: number
  /** ρ of the grid `karras`. */
  rho?: number
}

/** Noise levels σ = t/(1 − t) of the second and last but one time of the grid `karras`, as in Karras et al. 2022. */
const sigmaMax = 80
const sigmaMin = 0.01

/**
 * The times of `steps` steps from `from` to `to`, 0 to 1 or 1 to 0, as pairs of start and size; both directions have the
 * same times. With u evenly spaced, t is `uniform`: u; `quadratic`: u², finer near the data (as the times of Song et al. 2021, DDIM, appendix D.2);
 * `shift`: s·u / (1 − u + s·u), finer near the noise for s > 1 (Esser et al. 2024, section 5.3.2); `karras`: σ = t/(1 − t)
 * is evenly spaced in σ^(1/ρ), and the last step goes from σ = 0.01 to the data (Karras et al. 2022, equation 5).
 */
export function timeGrid({
  steps,
  from,
  to,
  grid = 'uniform',
  shift = 1,
  rho = 3,
}: TimeGrid): { t: number; dt: number }[] {
  const size = (to - from) / steps
  if (grid === 'uniform') return Array.from({ length: steps }, (_, i) => ({ t: from + i * size, dt: size }))
  const at = (i: number) => {
    const u = i === steps ? to : from + i * size
    return grid === 'karras' ? karrasTime(u, { steps, rho }) : warpTime(u, { grid, shift })
  }
  return Array.from({ length: steps }, (_, i) => ({ t: at(i), dt: at(i + 1) - at(i) }))
}

function warpTime(u: number, { grid, shift }: Required<Pick<TimeGrid, 'grid' | 'shift'>>): number {
  if (grid === 'quadratic') return u * u
  return grid === 'shift' ? (shift * u) / (1 - u + shift * u) : u
}

function karrasTime(u: number, { steps, rho }: { steps: number; rho: number }): number {
  // The ends are exact: pure noise and data.
  if (u <= 0) return 0
  if (u >= 1) return 1
  const [max, min] = [sigmaMax ** (1 / rho), sigmaMin ** (1 / rho)]
  const share = ((1 - u) * steps) / (steps - 1)
  const sigma = (max + share * (min - max)) ** rho
  return sigma / (1 + sigma)
}
