import type { Diagnostics } from '#shared/schemas/diagnostics.ts'

/** A measure of the diagnostics: its term, what it means, its value. */
export interface DiagnosticFact {
  title: string
  help: string
  value: string
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
const short = (value: number) => String(Number(value.toPrecision(3)))

/** The measures in the order in which they are shown. */
export function diagnosticFacts({ posterior, histogram }: Diagnostics): DiagnosticFact[] {
  const samples = {
    title: 'Brightness distance of samples',
    help: 'Wasserstein-1 distance between the pixel histograms of images and samples.',
    value: percent(histogram.distance),
  }
  if (!posterior) return [samples]
  const { activeDimensions, dimensions, mean, std, kl, aggregateGap } = posterior
  return [
    {
      title: 'Active dimensions',
      help: 'Latent dimensions that carry information on the image.',
      value: `${activeDimensions} of ${dimensions} (${percent(activeDimensions / dimensions)})`,
    },
    {
      title: 'KL divergence per dimension',
      help: 'KL of the posterior from the prior: how much an encoding says of its image.',
      value: `${short(kl)} nats`,
    },
    {
      title: 'Aggregate posterior KL per dimension',
      help: 'KL of the aggregate posterior from the prior: how far all encodings together are from the prior.',
      value: `${short(aggregateGap)} nats`,
    },
    {
      title: 'Posterior mean',
      help: 'Average and spread of the means of the posterior.',
      value: `${short(mean.average)} ± ${short(mean.spread)}`,
    },
    {
      title: 'Posterior std',
      help: 'Standard deviation of the posterior: how uncertain encodings are.',
      value: `${short(std.average)}, from ${short(std.low)} to ${short(std.high)}`,
    },
    samples,
  ]
}

/** The maps of the diagnostics, with what black and white stand for. */
export function diagnosticMaps({ posterior, prior }: Diagnostics): (DiagnosticFact & { file: string })[] {
  const map = (
    title: string,
    help: string,
    shown: { file: string; low: number; high: number } | null | undefined,
  ) =>
    shown
      ? [{ title, help, file: shown.file, value: `black ${short(shown.low)}, white ${short(shown.high)}` }]
      : []
  return [
    ...map('KL divergence by pixel', 'Where encodings carry most, in nats.', posterior?.klMap),
    ...map('Prior mean', 'Mean of the learned prior by pixel.', prior?.meanMap),
    ...map('Prior std', 'Standard deviation of the learned prior by pixel.', prior?.stdMap),
  ]
}
