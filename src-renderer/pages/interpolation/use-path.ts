import { computed, reactive } from 'vue'
import type { Easing, InterpolateResult, Pace } from '#shared/engine-messages.ts'
import type { InterpolationEnd } from '#shared/ipc.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { request } from '../../api/index.ts'
import { t } from '../../i18n.ts'
import { defaultOptions, encodingOf, stepsProblem } from './encoding-options.ts'
import type { EncodingOptions } from './encoding-options.ts'
import { useLatestResult } from './use-latest-result.ts'

/** Frames that an interpolation may have. */
export const frameRange = { min: 3, max: 33 }

/** What only a path has: how many frames, and how they are placed. */
export interface PathOptions extends EncodingOptions {
  frames: number
  pace: Pace
  easing: Easing
}

/** An interpolation between two images of a run: its options, and its result. */
export function usePath(run: RunRecord) {
  const hasImages = run.datasetId !== null
  const ends = reactive<{ a: InterpolationEnd | null; b: InterpolationEnd | null }>({
    a: hasImages ? { kind: 'dataset', index: 0 } : null,
    b: hasImages ? { kind: 'dataset', index: Math.floor(run.imageCount / 2) } : null,
  })
  const options = reactive<PathOptions>({
    ...{ frames: 9, pace: 'even', easing: 'linear' },
    ...defaultOptions(run),
  })
  const { result, error, busy, share, load, cancel, clear } = useLatestResult<InterpolateResult>()

  const problem = computed((): string | null => {
    const { frames, steps } = options
    if (!Number.isInteger(frames) || frames < frameRange.min || frames > frameRange.max)
      return t('interpolation.problem.frames', frameRange)
    return stepsProblem(steps) ?? (ends.a && ends.b ? null : t('interpolation.problem.twoImages'))
  })

  async function interpolate(): Promise<void> {
    const { a, b } = ends
    if (problem.value !== null || !a || !b || busy.value) return
    const { frames, mode, pace, easing, steps } = options
    await load((job) =>
      request('latent.interpolate', {
        ...{ id: run.id, job },
        a: { ...a },
        b: { ...b },
        ...{ frames, mode, pace, easing },
        ...encodingOf(options),
        sampling: { steps },
      }),
    )
  }

  /** Puts an image at an end. */
  function choose(end: 'a' | 'b', image: InterpolationEnd): void {
    ends[end] = image
    clear()
  }

  function swap(): void {
    const { a, b } = ends
    ends.a = b
    ends.b = a
    clear()
  }

  return { ends, options, result, error, busy, share, problem, cancel, interpolate, choose, swap }
}
