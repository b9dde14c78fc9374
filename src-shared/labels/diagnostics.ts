import type { Diagnostics } from '#shared/schemas/diagnostics.ts'

/** A number of the diagnostics in plain words. */
export interface DiagnosticFact {
  title: string
  term: string
  value: string
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
const short = (value: number) => String(Number(value.toPrecision(3)))

/** What the diagnostics say, in the order that it is read. */
export function diagnosticFacts({ posterior, histogram }: Diagnostics): DiagnosticFact[] {
  const samples = {
    title: 'How far the brightness of samples is off',
    term: 'Wasserstein-1 of the pixel histograms',
    value: percent(histogram.distance),
  }
  if (!posterior) return [samples]
  const { activeDimensions, dimensions, mean, std, kl, aggregateGap } = posterior
  return [
    {
      title: 'Encodings in use',
      term: 'active dimensions',
      value: `${activeDimensions} of ${dimensions} (${percent(activeDimensions / dimensions)})`,
    },
    {
      title: 'What an encoding says of its image',
      term: 'KL(q(z|x)‖p(z)) per dimension',
      value: `${short(kl)} nats`,
    },
    {
      title: 'How far encodings as a whole are from the noise',
      term: 'KL(q(z)‖p(z)) per dimension',
      value: `${short(aggregateGap)} nats`,
    },
    {
      title: 'Where encodings lie',
      term: 'posterior mean',
      value: `${short(mean.average)} ± ${short(mean.spread)}`,
    },
    {
      title: 'How vague they are',
      term: 'posterior std',
      value: `${short(std.average)}, from ${short(std.low)} to ${short(std.high)}`,
    },
    samples,
  ]
}

/** The maps of the diagnostics, with what black and white stand for. */
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
    ...map('Where encodings say most', 'KL by pixel, nats', posterior?.klMap),
    ...map('The middle of the noise', 'prior mean', prior?.meanMap),
    ...map('How wide the noise is', 'prior std', prior?.stdMap),
  ]
}
