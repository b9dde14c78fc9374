import { desktopText } from '#shared/desktop-text.ts'
import type { EncodingStatistics } from '../model/flow/encoding-statistics.ts'

/** Before this step the encodings still depend on the random initial weights. */
const settledStep = 200
/** Posterior collapse: almost no dimension distinguishes images, and q(z|x) is almost p(z). */
const collapsedShare = 0.02
const collapsedKl = 0.01
/** Prior mismatch: samples of the prior lie where no image is encoded. Nats per dimension. */
const maxGap = 0.5

/** Warnings about a run's encodings at a step, each with what to do. */
export function encodingWarnings(statistics: EncodingStatistics, step: number): string[] {
  if (step < settledStep) return []
  const { activeDimensions, dimensions, kl, aggregateGap } = statistics
  const warnings: string[] = []
  if (activeDimensions < collapsedShare * dimensions && kl < collapsedKl) {
    warnings.push(desktopText('warning.collapsed'))
  }
  if (aggregateGap > maxGap) {
    warnings.push(desktopText('warning.gap'))
  }
  return warnings
}
