import type { EncodingStatistics } from '../model/flow/encoding-statistics.ts'

/** Before this step encodings are still on their way from a random start. */
const settledStep = 200
/** Collapsed: hardly a dimension tells images apart, and q(z|x) is p(z) but for a hair. */
const collapsedShare = 0.02
const collapsedKl = 0.01
/** Left the prior: what is drawn from it falls where no image is encoded to. Nats a dimension. */
const widestGap = 0.5

/** What is wrong with a run's encodings at a step, each in words with what to do. */
export function encodingWarnings(statistics: EncodingStatistics, step: number): string[] {
  if (step < settledStep) return []
  const { activeDimensions, dimensions, kl, aggregateGap } = statistics
  const warnings: string[] = []
  if (activeDimensions < collapsedShare * dimensions && kl < collapsedKl) {
    warnings.push(
      'The encodings have collapsed: they are nearly the same noise whatever the image, so interpolations between encoded images show little of them. ' +
        'To have them carry more, lower “Keep encodings near the noise” (klWeight) in a new run; until then encode by inversion.',
    )
  }
  if (aggregateGap > widestGap) {
    warnings.push(
      'The encodings have left the noise that samples begin with, so new samples may look worse than reconstruction images. ' +
        'To bring them together, raise “Keep encodings near the noise” (klWeight) in a new run.',
    )
  }
  return warnings
}
