import type {
  Estimate,
  Evaluation,
  InterpolationQuality,
  MeasureName,
  Spread,
} from '#shared/schemas/evaluation.ts'
import { measureNames } from '#shared/schemas/evaluation.ts'
import { desktopText } from '#shared/desktop-text.ts'
import { formatCount, formatFixed } from '#shared/format.ts'

/** A measure of an evaluation: its term, its value, that of real images, and what it means. */
export interface EvaluationFact {
  name: MeasureName
  title: string
  value: string
  floor: string
  help: string
}

const fixed = (value: number, digits: number): string => formatFixed(value, digits).replace('-', '−')

/** As many digits as the standard error makes sense of. */
export function estimateText({ value, error }: { value: number; error: number }): string {
  const digits = error > 0 ? Math.max(0, Math.min(6, 1 - Math.floor(Math.log10(error)))) : 3
  return `${fixed(value, digits)} ± ${fixed(error, digits)}`
}

const percentText = ({ value, error }: { value: number; error: number }): string =>
  `${formatFixed(100 * value, 1)} ± ${formatFixed(100 * error, 1)} %`

/** Measures that are shares. */
const shares: readonly MeasureName[] = [
  ...(['precision', 'recall', 'coverage', 'nearCopiesInPixels', 'nearCopiesInFeatures'] as const),
]

function helpOf(name: MeasureName, { searched, count }: Evaluation): string {
  if (name === 'nearCopiesInPixels') {
    const among = { samples: formatCount(count), images: formatCount(searched.pixels) }
    return desktopText(`measure.${name}.help`, among)
  }
  if (name === 'nearCopiesInFeatures')
    return desktopText(`measure.${name}.help`, { images: formatCount(searched.features) })
  return desktopText(`measure.${name}.help`)
}

/** The measures in the order in which they are shown. */
export function evaluationFacts(evaluation: Evaluation): EvaluationFact[] {
  return measureNames.map((name) => {
    const measure = evaluation.measures[name]
    const text = shares.includes(name) ? percentText : estimateText
    return {
      ...{ name, title: desktopText(`measure.${name}`), help: helpOf(name, evaluation) },
      ...{ value: text(measure), floor: text(measure.floor) },
    }
  })
}

/** A number of an evaluation that has no floor. */
export interface ExtraFact {
  name: string
  title: string
  value: string
  help: string
}

/**
 * The fewest network evaluations whose kernel distance is within 10 % of the best of the curve, or within the best's standard
 * error where that is more.
 */
export function enoughEvaluations({ points }: NonNullable<Evaluation['curve']>): number | null {
  const best = points.toSorted((a, b) => a.kernelDistance.value - b.kernelDistance.value)[0]?.kernelDistance
  if (!best) return null
  const most = best.value + Math.max(0.1 * Math.abs(best.value), best.error)
  const enough = points.filter(({ kernelDistance }) => kernelDistance.value <= most)
  return Math.min(...enough.map(({ evaluations }) => evaluations))
}

/** How many times a distance of the frames is that of as many samples; null where the samples are as good as real images. */
export function frameRatio({ frames, samples }: { frames: Estimate; samples: Estimate }): number | null {
  return samples.value > 0 ? frames.value / samples.value : null
}

const extraFact = (
  name: 'enoughEvaluations' | 'straightness' | 'evennessByParameter' | 'endError' | 'middleFrechetDistance',
  value: string,
): ExtraFact => ({
  ...{ name, title: desktopText(`measure.${name}`), value, help: desktopText(`measure.${name}.help`) },
})

/** What was measured with few evaluations, and of interpolations; nothing where it was not asked for. */
export function extraFacts({ curve, straightness, interpolation }: Evaluation): ExtraFact[] {
  const enough = curve && enoughEvaluations(curve)
  return [
    ...(enough === null ? [] : [extraFact('enoughEvaluations', String(enough))]),
    ...(straightness ? [extraFact('straightness', estimateText(straightness))] : []),
    ...(interpolation ? interpolationFacts(interpolation) : []),
  ]
}

const spreadText = ({ median, worst }: Spread, text: (value: number) => string): string =>
  desktopText('measure.spread', { median: text(median), worst: text(worst) })

function interpolationFacts(interpolation: InterpolationQuality): ExtraFact[] {
  const { pairs, frames, evenness, endError, middle } = interpolation
  const times = (value: number) => formatFixed(value, 2)
  const distances = (of: InterpolationQuality['middle']['kernelDistance']) => {
    const ratio = frameRatio(of)
    const both = { frames: estimateText(of.frames), samples: estimateText(of.samples) }
    return ratio === null
      ? desktopText('measure.distances', both)
      : desktopText('measure.distancesRatio', { ...both, ratio: times(ratio) })
  }
  return [
    {
      name: 'evenness',
      title: desktopText('measure.evenness'),
      value: spreadText(evenness.even, times),
      help: desktopText('measure.evenness.help', { count: pairs, frames, cut: frames - 1 }),
    },
    extraFact('evennessByParameter', spreadText(evenness.parameter, times)),
    extraFact(
      'endError',
      spreadText(endError, (value) => `${formatFixed(100 * value, 1)} %`),
    ),
    {
      name: 'middleKernelDistance',
      title: desktopText('measure.middleKernelDistance'),
      value: distances(middle.kernelDistance),
      help: desktopText('measure.middleKernelDistance.help', { frames: formatCount(middle.count) }),
    },
    extraFact('middleFrechetDistance', distances(middle.frechetDistance)),
  ]
}
