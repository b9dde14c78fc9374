import { computed, reactive, watch } from 'vue'
import { keyframeLimits } from '#shared/sampling-messages.ts'
import type { Easing, InterpolateResult, Pace } from '#shared/sampling-messages.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { request } from '../../api/index.ts'
import { t } from '../../i18n.ts'
import { defaultOptions, encodingOf, stepsProblem } from './encoding-options.ts'
import type { EncodingOptions } from './encoding-options.ts'
import type { ChosenImages } from './use-chosen-images.ts'
import { useLatestResult } from './use-latest-result.ts'

/** Frames that an interpolation may have; at least one for each image. */
export const frameRange = { min: 3, max: 129 }

/** What only a path has: how many frames, how they are placed, and whether it ends where it began. */
export interface PathOptions extends EncodingOptions {
  frames: number
  closed: boolean
  pace: Pace
  easing: Easing
}

/** An interpolation through images of a run: its options, and its result. */
export function usePath(run: RunRecord, { images }: Pick<ChosenImages, 'images'>) {
  const options = reactive<PathOptions>({
    ...{ frames: 24, closed: false, pace: 'even', easing: 'linear' },
    ...defaultOptions(run),
  })
  const { result, error, busy, share, load, cancel, clear } = useLatestResult<InterpolateResult>()
  // A result belongs to its images.
  watch(images, clear, { flush: 'sync' })

  const problem = computed((): string | null => {
    const { frames, steps } = options
    const { length } = images.value
    const range = { ...frameRange, min: Math.max(frameRange.min, length) }
    if (!Number.isInteger(frames) || frames < range.min || frames > range.max)
      return t('interpolation.problem.frames', range)
    const enough = length >= keyframeLimits.min
    return stepsProblem(steps) ?? (enough ? null : t('interpolation.problem.twoImages'))
  })

  async function interpolate(): Promise<void> {
    if (problem.value !== null || busy.value) return
    const { frames, closed, mode, details, pace, easing, steps } = options
    await load((job) =>
      request('latent.interpolate', {
        ...{ id: run.id, job },
        images: images.value.map((image) => ({ ...image })),
        ...{ frames, closed, mode, details, pace, easing },
        ...encodingOf(options),
        sampling: { steps },
      }),
    )
  }

  return { options, result, error, busy, share, problem, cancel, interpolate }
}
