import { formatFixed } from '#shared/format.ts'
import { contrastOf, reconstructionGrade, relativeError } from '#shared/reconstruction.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { t } from '../../i18n.ts'

/** What is known of the reconstructions of some images. */
export interface Reconstructed {
  originals: PixelBatch
  /** RMS difference of each image and its reconstruction, in [0, 1]. */
  reconstructionError: readonly number[]
}

/** “close · error 23 % of the contrast”. @param relative the error as a share of the image’s contrast */
export function reconstructionQuality(relative: number): string {
  const percent = formatFixed(100 * relative, relative < 0.0995 ? 1 : 0)
  const similarity = t(`interpolation.reconstruction.grades.${reconstructionGrade(relative)}`)
  return t('interpolation.reconstruction.quality', { similarity, percent })
}

/** The error of one reconstruction as a share of its image’s contrast. */
export const relativeErrorOf = ({ originals, reconstructionError }: Reconstructed, index: number): number =>
  relativeError(reconstructionError[index] ?? 0, contrastOf(originals, index))

/** “Image 1, reconstruction: close · …”. @param index of the image among those that were encoded */
export function reconstructionLabel(result: Reconstructed, index: number): string {
  const quality = reconstructionQuality(relativeErrorOf(result, index))
  return t('interpolation.reconstruction.label', { number: index + 1, quality })
}
