import { computed, reactive, shallowRef, watch } from 'vue'
import type { GridResult } from '#shared/sampling-messages.ts'
import type { InterpolationEnd } from '#shared/ipc.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { request } from '../../api/index.ts'
import { t } from '../../i18n.ts'
import { defaultOptions, encodingOf, stepsProblem } from './encoding-options.ts'
import type { ChosenImages } from './use-chosen-images.ts'
import { useLatestResult } from './use-latest-result.ts'

/** Rows and columns that a grid may have. */
export const sideRange = { min: 2, max: 15 }
/** In the order of a request's images. */
export const cornerNames = ['topLeft', 'topRight', 'bottomLeft', 'bottomRight'] as const

/** A grid between the first three or four chosen images of a run: its options, and its result. */
export function useGrid(run: RunRecord, chosen: Pick<ChosenImages, 'images' | 'choose'>) {
  const { images } = chosen
  /** What stands at corners as long as fewer images are chosen: others than the two that are chosen at first. */
  const defaults = [0, 2, 1, 3].map((quarter): InterpolationEnd | null =>
    run.datasetId === null
      ? null
      : { kind: 'dataset', index: Math.floor((quarter * run.imageCount) / cornerNames.length) },
  )
  /** Whether the fourth corner is computed from the other three. */
  const ofThree = shallowRef(false)
  const corners = computed(() =>
    cornerNames.map((_, i) => (i === 3 && ofThree.value ? null : (images.value[i] ?? defaults[i] ?? null))),
  )
  const options = reactive({ side: 7, ...defaultOptions(run) })
  const { result, error, busy, share, load, cancel, clear } = useLatestResult<GridResult>()
  // A result belongs to its images; those that a path has beyond the corners do not count.
  watch(
    corners,
    (now, before) => {
      if (now.some((corner, i) => corner !== before[i])) clear()
    },
    { flush: 'sync' },
  )

  const problem = computed((): string | null => {
    const { side, steps } = options
    if (!Number.isInteger(side) || side < sideRange.min || side > sideRange.max)
      return t('interpolation.problem.side', sideRange)
    const complete = corners.value.slice(0, 3).every(Boolean)
    return stepsProblem(steps) ?? (complete ? null : t('interpolation.problem.threeImages'))
  })

  async function generate(): Promise<void> {
    if (problem.value !== null || busy.value) return
    const { side, mode, details, steps } = options
    await load((job) =>
      request('latent.grid', {
        ...{ id: run.id, job },
        images: corners.value.flatMap((corner) => (corner ? [{ ...corner }] : [])),
        rows: side,
        columns: side,
        mode,
        details,
        ...encodingOf(options),
        sampling: { steps },
      }),
    )
  }

  /** Puts an image at a corner; null has the fourth computed. */
  function choose(corner: number, image: InterpolationEnd | null): void {
    if (corner === 3) ofThree.value = image === null
    if (!image) return
    // The corners before it become chosen images, too.
    for (let i = images.value.length; i < corner; i++) {
      const before = corners.value[i]
      if (!before) return
      chosen.choose(i, before)
    }
    chosen.choose(corner, image)
  }

  return { corners, options, result, error, busy, share, problem, cancel, generate, choose }
}
