import type {
  Compared,
  Estimate,
  Evaluation,
  InterpolationQuality,
  MeasureName,
  Spread,
} from '#shared/schemas/evaluation.ts'
import { measureNames } from '#shared/schemas/evaluation.ts'
import { formatCount, formatPlural } from '#shared/format.ts'

/** A measure of an evaluation: its term, its value, that of real images, and what it means. */
export interface EvaluationFact {
  name: MeasureName
  title: string
  value: string
  floor: string
  help: string
}

const fixed = (value: number, digits: number): string => value.toFixed(digits).replace('-', '−')

/** As many digits as the standard error makes sense of. */
export function estimateText({ value, error }: { value: number; error: number }): string {
  const digits = error > 0 ? Math.max(0, Math.min(6, 1 - Math.floor(Math.log10(error)))) : 3
  return `${fixed(value, digits)} ± ${fixed(error, digits)}`
}

const percentText = ({ value, error }: { value: number; error: number }): string =>
  `${(100 * value).toFixed(1)} ± ${(100 * error).toFixed(1)} %`

/** Title, form and meaning of each measure. */
function describe(
  name: MeasureName,
  { searched, count }: Evaluation,
): { title: string; help: string; text: (estimate: Compared | Compared['floor']) => string } {
  switch (name) {
    case 'kernelDistance':
      return {
        title: 'Kernel distance',
        help: 'How far samples and images are apart as a whole, in the features of a network; 0 is as near as real images are. It is not FID.',
        text: estimateText,
      }
    case 'frechetDistance':
      return {
        title: 'Fréchet distance',
        help: 'The same by means and covariances of the leading features; compare it with that of real images, which is above 0 because so few are compared. It is not FID.',
        text: estimateText,
      }
    case 'slicedWasserstein':
      return {
        title: 'Sliced Wasserstein distance',
        help: 'How far the pixels’ values have to be moved, as a share of their spread; compare it with that of real images. It sees colours and brightness rather than content.',
        text: estimateText,
      }
    case 'precision':
      return {
        title: 'Precision',
        help: 'Share of samples that look like some of the images; lower means that samples are flawed.',
        text: percentText,
      }
    case 'recall':
      return {
        title: 'Recall',
        help: 'Share of images that some of the samples look like; lower means that kinds of images are never generated.',
        text: percentText,
      }
    case 'density':
      return {
        title: 'Density',
        help: 'As precision, by how many images each sample looks like; above that of real images, samples are more typical than images.',
        text: estimateText,
      }
    case 'coverage':
      return {
        title: 'Coverage',
        help: 'As recall, by how many images have a sample among their nearest; it is not misled by single odd samples.',
        text: percentText,
      }
    case 'nearCopiesInPixels':
      return {
        title: 'Near copies, by pixels',
        help: `Share of the ${formatCount(count)} samples that are much nearer to one training image than to any other of ${formatCount(searched.pixels)}.`,
        text: percentText,
      }
    case 'nearCopiesInFeatures':
      return {
        title: 'Near copies, by features',
        help: `The same by what the network sees, among ${formatCount(searched.features)} training images.`,
        text: percentText,
      }
  }
}

/** The measures in the order in which they are shown. */
export function evaluationFacts(evaluation: Evaluation): EvaluationFact[] {
  return measureNames.map((name) => {
    const { title, help, text } = describe(name, evaluation)
    const measure = evaluation.measures[name]
    return { name, title, help, value: text(measure), floor: text(measure.floor) }
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

/** What was measured with few evaluations, and of interpolations; nothing where it was not asked for. */
export function extraFacts({ curve, straightness, interpolation }: Evaluation): ExtraFact[] {
  const enough = curve && enoughEvaluations(curve)
  return [
    ...(enough === null
      ? []
      : [
          {
            name: 'enoughEvaluations',
            title: 'Enough network evaluations',
            value: String(enough),
            help: 'The fewest evaluations a sample whose kernel distance is within 10 % of the best one above, or within its error.',
          },
        ]),
    ...(straightness
      ? [
          {
            name: 'straightness',
            title: 'Curvature of the paths',
            value: estimateText(straightness),
            help: 'How much the velocity varies along the path from noise to image, as a share of the straight line between them; at 0 one evaluation is enough (Liu et al. 2022).',
          },
        ]
      : []),
    ...(interpolation ? interpolationFacts(interpolation) : []),
  ]
}

const spreadText = ({ median, worst }: Spread, text: (value: number) => string): string =>
  `${text(median)} (worst ${text(worst)})`

function interpolationFacts(interpolation: InterpolationQuality): ExtraFact[] {
  const { pairs, frames, evenness, endError, middle } = interpolation
  const times = (value: number) => value.toFixed(2)
  const distances = (of: InterpolationQuality['middle']['kernelDistance']) => {
    const ratio = frameRatio(of)
    const text = `${estimateText(of.frames)} (samples: ${estimateText(of.samples)}`
    return ratio === null ? `${text})` : `${text}; ratio ${times(ratio)})`
  }
  return [
    {
      name: 'evenness',
      title: 'Interpolation evenness',
      value: spreadText(evenness.even, times),
      help: `The largest change between neighbouring frames over the mean change, at an even pace: the median of ${formatPlural(pairs, 'pair')} of images with ${frames} frames each. 1 is perfectly even, ${frames - 1} is one cut.`,
    },
    {
      name: 'evennessByParameter',
      title: 'Interpolation evenness, by parameter',
      value: spreadText(evenness.parameter, times),
      help: 'The same where frames are placed at equal steps of the path instead of by what changes.',
    },
    {
      name: 'endError',
      title: 'Error at the ends',
      value: spreadText(endError, (value) => `${(100 * value).toFixed(1)} %`),
      help: 'How far the first and last frames are from the images they start from (RMS over the range of pixels); up to 3 % is hard to see.',
    },
    {
      name: 'middleKernelDistance',
      title: 'Kernel distance of the middle frames',
      value: distances(middle.kernelDistance),
      help: `How far the ${formatCount(middle.count)} frames of the middle thirds and the images are apart, beside as many samples; a ratio of 1 means that frames look as real as samples.`,
    },
    {
      name: 'middleFrechetDistance',
      title: 'Fréchet distance of the middle frames',
      value: distances(middle.frechetDistance),
      help: 'The same by means and covariances; neighbouring frames look alike, which alone makes it larger.',
    },
  ]
}
