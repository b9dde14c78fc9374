import { formatFixed } from '#shared/format.ts'
import type { InterpolateResult } from '#shared/sampling-messages.ts'
import { t } from '../../i18n.ts'
import { reconstructionLabel } from './reconstruction-labels.ts'

/** How the frames of an interpolation were placed, and how even the changes between them are. */
export function placementLabel({
  pace,
  easing,
  evenness,
}: Pick<InterpolateResult, 'pace' | 'easing' | 'evenness'>): string {
  return t('interpolation.path.placed', {
    pace: t(`interpolation.options.paces.${pace}`),
    easing: t(`interpolation.options.easings.${easing}`),
    ratio: formatFixed(evenness, 1),
  })
}

/** The frame nearest to each keyframe of a path. */
export function keyframesOf({
  shares,
  closed,
  originals,
}: Pick<InterpolateResult, 'shares' | 'closed'> & { originals: { count: number } }): number[] {
  const ways = closed ? originals.count : originals.count - 1
  return Array.from({ length: originals.count }, (_, key) => {
    const apart = shares.map((share) => Math.abs(share - key / ways))
    return apart.indexOf(Math.min(...apart))
  })
}

/** How far along its path a frame is; at a keyframe, how close its reconstruction is. */
export function positionLabel(
  result: Pick<InterpolateResult, 'shares' | 'closed' | 'originals' | 'reconstructionError'>,
  frame: number,
): string {
  const key = keyframesOf(result).indexOf(frame)
  if (key >= 0) return reconstructionLabel(result, key)
  return t('interpolation.path.position', { percent: formatFixed(100 * (result.shares[frame] ?? 0), 1) })
}
