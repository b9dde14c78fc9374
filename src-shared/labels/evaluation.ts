import type { Compared, Evaluation, MeasureName } from '#shared/schemas/evaluation.ts'
import { measureNames } from '#shared/schemas/evaluation.ts'
import { formatCount } from '#shared/format.ts'

/** A measure of an evaluation: its term, its value, that of real images, and what it means. */
export interface EvaluationFact {
  name: MeasureName
  title: string
  value: string
  floor: string
  help: string
}

/** Three significant digits, without an exponent: 0.0123, 12.3, 1230. */
const short = (value: number): string => {
  const digits = value === 0 ? 2 : 2 - Math.floor(Math.log10(Math.abs(value)))
  return value.toFixed(Math.max(0, Math.min(5, digits)))
}

/** As many digits as the standard error makes sense of. */
export function estimateText({ value, error }: { value: number; error: number }): string {
  if (!(error > 0)) return short(value)
  const digits = Math.max(0, Math.min(6, 1 - Math.floor(Math.log10(error))))
  return `${value.toFixed(digits)} ± ${error.toFixed(digits)}`
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
