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

/**
 * Noise levels σ = t/(1 − t) of the second and last but one time of the grid `karras` with few steps. Narrower than the
 * 80 to 0.002 of Karras et al. 2022, whose images have twice the spread of ours: chosen by a study (docs/model.md).
 */
const few = { steps: 8, sigmaMax: 10, sigmaMin: 0.03 }
const widest = { sigmaMax: 1000, sigmaMin: 0.001 }

/**
 * The times of `steps` steps from `from` to `to`, 0 to 1 or 1 to 0, as pairs of start and size; both directions have the
 * same times. With u evenly spaced, t is `uniform`: u; `quadratic`: u², finer near the data (as the times of Song et al. 2021, DDIM, appendix D.2);
 * `shift`: s·u / (1 − u + s·u), finer near the noise for s > 1 (Esser et al. 2024, section 5.3.2); `karras`: σ = t/(1 − t)
 * is evenly spaced in σ^(1/ρ) (Karras et al. 2022, equation 5), and its ends move outwards with the number of
 * steps, so that the errors there shrink too.
 */
export function timeGrid({
  steps,
  from,
  to,
  grid = 'uniform',
  shift = 1,
  rho = 2,
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
  const outwards = Math.max(1, steps / few.steps)
  const sigmaMax = Math.min(widest.sigmaMax, few.sigmaMax * outwards)
  const sigmaMin = Math.max(widest.sigmaMin, few.sigmaMin / outwards)
  const [max, min] = [sigmaMax ** (1 / rho), sigmaMin ** (1 / rho)]
  const share = ((1 - u) * steps) / (steps - 1)
  const sigma = (max + share * (min - max)) ** rho
  return sigma / (1 + sigma)
}
