import { computed, reactive, shallowRef } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import type { InterpolateResult } from '#shared/engine-messages.ts'
import type { InterpolationEnd } from '#shared/ipc.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import { encodingOf, newWayOptions, stepsProblem } from './integration-options.ts'

/** Frames that an interpolation may have. */
export const frameRange = { min: 3, max: 33 }

/** An interpolation between two images of a run: what is chosen, and what came of it. */
export function useInterpolation(run: RunRecord) {
  const hasImages = run.datasetId !== null
  const ends = reactive<{ a: InterpolationEnd | null; b: InterpolationEnd | null }>({
    a: hasImages ? { kind: 'dataset', index: 0 } : null,
    b: hasImages ? { kind: 'dataset', index: Math.floor(run.imageCount / 2) } : null,
  })
  const options = reactive({ frames: 9, ...newWayOptions(run) })
  const result = shallowRef<InterpolateResult | null>(null)
  const error = shallowRef<FlowerbedError | null>(null)
  const busySince = shallowRef<number | null>(null)
  const latest = latestOnly()

  const problem = computed((): string | null => {
    const { frames, steps } = options
    if (!Number.isInteger(frames) || frames < frameRange.min || frames > frameRange.max)
      return `An interpolation has ${frameRange.min} to ${frameRange.max} frames.`
    return stepsProblem(steps) ?? (ends.a && ends.b ? null : 'Choose two images.')
  })

  async function interpolate(): Promise<void> {
    if (problem.value !== null || !ends.a || !ends.b || busySince.value !== null) return
    const isLatest = latest.begin()
    busySince.value = Date.now()
    error.value = null
    try {
      const { frames, mode, steps } = options
      const answer = await request('latent.interpolate', {
        id: run.id,
        a: { ...ends.a },
        b: { ...ends.b },
        frames,
        mode,
        ...encodingOf(options),
        sampling: { steps },
      })
      if (isLatest()) result.value = answer
    } catch (thrown) {
      if (isLatest()) error.value = toFlowerbedError(thrown)
    } finally {
      if (isLatest()) busySince.value = null
    }
  }

  /** The interpolation shown, or on its way, belongs to other images and goes. */
  function forget(): void {
    latest.drop()
    busySince.value = null
    error.value = null
    result.value = null
  }

  /** Puts an image at an end. */
  function choose(end: 'a' | 'b', image: InterpolationEnd): void {
    ends[end] = image
    forget()
  }

  function swap(): void {
    const { a, b } = ends
    ends.a = b
    ends.b = a
    forget()
  }

  return { ends, options, result, error, busySince, problem, interpolate, choose, swap }
}
