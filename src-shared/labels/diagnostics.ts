import { desktopText } from '#shared/desktop-text.ts'
import { formatFixed, withDecimalMark } from '#shared/format.ts'
import type { Diagnostics } from '#shared/schemas/diagnostics.ts'

/** A measure of the diagnostics: its term, what it means, its value. */
export interface DiagnosticFact {
  title: string
  help: string
  value: string
}

const percent = (share: number) => `${formatFixed(100 * share, share < 0.1 ? 1 : 0)} %`
const short = (value: number) => withDecimalMark(String(Number(value.toPrecision(3))))

const fact = (
  name: 'brightness' | 'active' | 'kl' | 'aggregate' | 'mean' | 'std' | 'klMap' | 'priorMean' | 'priorStd',
  value: string,
): DiagnosticFact => ({
  title: desktopText(`diagnostic.${name}`),
  help: desktopText(`diagnostic.${name}.help`),
  value,
})
const nats = (value: number) => desktopText('diagnostic.nats', { value: short(value) })

/** The measures in the order in which they are shown. */
export function diagnosticFacts({ posterior, histogram }: Diagnostics): DiagnosticFact[] {
  const samples = fact('brightness', percent(histogram.distance))
  if (!posterior) return [samples]
  const { activeDimensions: active, dimensions: all, mean, std, kl, aggregateGap } = posterior
  const [average, low, high] = [short(std.average), short(std.low), short(std.high)]
  return [
    fact('active', desktopText('diagnostic.active.value', { active, all, share: percent(active / all) })),
    fact('kl', nats(kl)),
    fact('aggregate', nats(aggregateGap)),
    fact('mean', `${short(mean.average)} ± ${short(mean.spread)}`),
    fact('std', desktopText('diagnostic.std.value', { average, low, high })),
    samples,
  ]
}

/** The maps of the diagnostics, with what black and white stand for. */
export function diagnosticMaps({ posterior, prior }: Diagnostics): (DiagnosticFact & { file: string })[] {
  const map = (
    name: 'klMap' | 'priorMean' | 'priorStd',
    shown: { file: string; low: number; high: number } | null | undefined,
  ) => {
    if (!shown) return []
    const range = desktopText('diagnostic.range', { low: short(shown.low), high: short(shown.high) })
    return [{ ...fact(name, range), file: shown.file }]
  }
  return [
    ...map('klMap', posterior?.klMap),
    ...map('priorMean', prior?.meanMap),
    ...map('priorStd', prior?.stdMap),
  ]
}
