import { computed, reactive, shallowRef } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import type { InterpolateResult } from '#shared/engine-messages.ts'
import type { WalkEnd } from '#shared/ipc.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import { encodingOf, newWayOptions, stepsProblem } from './integration-options.ts'

/** Frames that a walk may have. */
export const frameRange = { min: 3, max: 33 }

/** A walk between two pictures of a run: what is chosen, and what came of it. */
export function useWalk(run: RunRecord) {
  const hasPictures = run.datasetId !== null
  const ends = reactive<{ a: WalkEnd | null; b: WalkEnd | null }>({
    a: hasPictures ? { kind: 'dataset', index: 0 } : null,
    b: hasPictures ? { kind: 'dataset', index: Math.floor(run.pictureCount / 2) } : null,
  })
  const options = reactive({ frames: 9, ...newWayOptions(run) })
  const result = shallowRef<InterpolateResult | null>(null)
  const error = shallowRef<FlowerbedError | null>(null)
  const busySince = shallowRef<number | null>(null)
  const latest = latestOnly()

  const problem = computed((): string | null => {
    const { frames, steps } = options
    if (!Number.isInteger(frames) || frames < frameRange.min || frames > frameRange.max)
      return `A walk has ${frameRange.min} to ${frameRange.max} frames.`
    return stepsProblem(steps) ?? (ends.a && ends.b ? null : 'Choose two pictures.')
  })

  async function walk(): Promise<void> {
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
        drawing: { steps },
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
  function choose(end: 'a' | 'b', picture: WalkEnd): void {
    ends[end] = picture
    forget()
  }

  function swap(): void {
    const { a, b } = ends
    ends.a = b
    ends.b = a
    forget()
  }

  return { ends, options, result, error, busySince, problem, walk, choose, swap }
}
