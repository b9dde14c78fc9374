import type { Diagnostics } from '#shared/schemas/diagnostics.ts'

/** A number of the diagnostics with its label. */
export interface DiagnosticFact {
  title: string
  term: string
  value: string
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
const short = (value: number) => String(Number(value.toPrecision(3)))

/** The numbers of the diagnostics, in the order shown. */
export function diagnosticFacts({ posterior, histogram }: Diagnostics): DiagnosticFact[] {
  const samples = {
    title: 'Brightness error of samples',
    term: 'Wasserstein-1 of the pixel histograms',
    value: percent(histogram.distance),
  }
  if (!posterior) return [samples]
  const { activeDimensions, dimensions, mean, std, kl, aggregateGap } = posterior
  return [
    {
      title: 'Active dimensions',
      term: 'active dimensions',
      value: `${activeDimensions} of ${dimensions} (${percent(activeDimensions / dimensions)})`,
    },
    {
      title: 'KL divergence',
      term: 'KL(q(z|x)‖p(z)) per dimension',
      value: `${short(kl)} nats`,
    },
    {
      title: 'Aggregate posterior gap',
      term: 'KL(q(z)‖p(z)) per dimension',
      value: `${short(aggregateGap)} nats`,
    },
    {
      title: 'Posterior mean',
      term: 'posterior mean',
      value: `${short(mean.average)} ± ${short(mean.spread)}`,
    },
    {
      title: 'Posterior std',
      term: 'posterior std',
      value: `${short(std.average)}, from ${short(std.low)} to ${short(std.high)}`,
    },
    samples,
  ]
}

/** The maps of the diagnostics, with the values of black and white. */
export function diagnosticMaps({ posterior, prior }: Diagnostics): (DiagnosticFact & { file: string })[] {
  const map = (
    title: string,
    term: string,
    shown: { file: string; low: number; high: number } | undefined,
  ) =>
    shown
      ? [{ title, term, file: shown.file, value: `black ${short(shown.low)}, white ${short(shown.high)}` }]
      : []
  return [
    ...map('KL map', 'KL by pixel, nats', posterior?.klMap),
    ...map('Prior mean', 'prior mean', prior?.meanMap),
    ...map('Prior std', 'prior std', prior?.stdMap),
  ]
}
