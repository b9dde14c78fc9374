import { t } from '../../i18n.ts'

/** How close a reconstruction is to its original. @param rms root of the mean squared difference in [0, 1] */
export function reconstructionQuality(rms: number): string {
  const percent = (100 * rms).toFixed(rms < 0.0995 ? 1 : 0)
  return t('interpolation.reconstruction.quality', { similarity: similarity(rms), percent })
}

function similarity(rms: number): string {
  if (rms < 0.03) return t('interpolation.reconstruction.identical')
  if (rms < 0.08) return t('interpolation.reconstruction.veryClose')
  if (rms < 0.15) return t('interpolation.reconstruction.close')
  if (rms < 0.3) return t('interpolation.reconstruction.rough')
  return t('interpolation.reconstruction.different')
}

const ordinals = ['first', 'second', 'third', 'fourth'] as const

/** “First image, reconstruction: close · RMS error 10 %”. @param index of the image among those that were encoded */
export function reconstructionLabel(index: 0 | 1 | 2 | 3, rms: number): string {
  return t(`interpolation.reconstruction.${ordinals[index]}`, { quality: reconstructionQuality(rms) })
}
