import type { KnownTimeGrid } from '#shared/schemas/sampling.ts'

/** The times of a solver with fixed steps. */
export interface TimeGrid {
  steps: number
  from: number
  to: number
  grid?: KnownTimeGrid
  /** s of the grid `shift`. */
  shift?: number
  /** ρ of the grids `karras` and `narrow`. */
  rho?: number
}

/**
 * Noise levels σ = t/(1 − t) at the ends of the grids with few steps: of pure noise, as far as its neighbours are concerned, and of
 * the last but one time. Narrower than the 80 to 0.002 of Karras et al. 2022, whose images have twice the spread of ours: chosen
 * by studies (docs/model.md), as are those of the grid `narrow`, of the second and the last but one time.
 */
const few = { steps: 8, sigmaMax: 10, sigmaMin: 0.03 }
const fewNarrow = { steps: 8, sigmaMax: 5, sigmaMin: 0.06 }
const widest = { sigmaMax: 1000, sigmaMin: 0.001 }

/**
 * The times of `steps` steps from `from` to `to`, 0 to 1 or 1 to 0, as pairs of start and size; both directions have the
 * same times. With u evenly spaced, t is `uniform`: u; `quadratic`: u², finer near the data (as the times of Song et al. 2021, DDIM, appendix D.2);
 * `shift`: s·u / (1 − u + s·u), finer near the noise for s > 1 (Esser et al. 2024, section 5.3.2); `karras`: σ = t/(1 − t)
 * is evenly spaced in σ^(1/ρ) (Karras et al. 2022, equation 5), and its ends move outwards with the number of
 * steps, so that the errors there shrink too; `narrow`: the same between nearer ends, which move faster.
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
    if (grid === 'karras') return karrasTime(u, { steps, rho })
    return grid === 'narrow' ? narrowTime(u, { steps, rho }) : warpTime(u, { grid, shift })
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
  return timeBetween({ sigmaMax, sigmaMin, rho, share: ((1 - u) * steps) / (steps - 1) })
}

function narrowTime(u: number, { steps, rho }: { steps: number; rho: number }): number {
  if (u <= 0) return 0
  if (u >= 1) return 1
  const outwards = steps / fewNarrow.steps
  const sigmaMax = Math.min(widest.sigmaMax, fewNarrow.sigmaMax * outwards ** (5 / 3))
  const sigmaMin = Math.max(widest.sigmaMin, fewNarrow.sigmaMin / outwards)
  const share = steps === 2 ? 0 : ((1 - u) * steps - 1) / (steps - 2)
  return timeBetween({ sigmaMax, sigmaMin, rho, share })
}

/** The time at a share of the way from one noise level to another. */
function timeBetween({
  sigmaMax,
  sigmaMin,
  rho,
  share,
}: Record<'sigmaMax' | 'sigmaMin' | 'rho' | 'share', number>): number {
  const [max, min] = [sigmaMax ** (1 / rho), sigmaMin ** (1 / rho)]
  const sigma = (max + share * (min - max)) ** rho
  return sigma / (1 + sigma)
}
