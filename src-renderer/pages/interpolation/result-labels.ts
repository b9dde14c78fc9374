import type { InterpolateResult } from '#shared/engine-messages.ts'
import { t } from '../../i18n.ts'

/** The label of a button that cancels a task, with its progress. @param share in [0, 1] */
export function cancelLabel(task: string, share: number): string {
  return t('interpolation.cancel', { task, percent: Math.floor(100 * share) })
}

/** How the frames of an interpolation were placed, and how even the changes between them are. */
export function placementLabel({
  pace,
  easing,
  evenness,
}: Pick<InterpolateResult, 'pace' | 'easing' | 'evenness'>): string {
  return t('interpolation.path.placed', {
    pace: t(`interpolation.options.paces.${pace}`),
    easing: t(`interpolation.options.easings.${easing}`),
    ratio: evenness.toFixed(1),
  })
}

/** How far along its path a frame is. */
export function positionLabel({ shares }: Pick<InterpolateResult, 'shares'>, frame: number): string {
  return t('interpolation.path.position', { percent: (100 * (shares[frame] ?? 0)).toFixed(1) })
}
