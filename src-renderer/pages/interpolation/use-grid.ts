import { computed, reactive, shallowReactive } from 'vue'
import type { GridResult } from '#shared/engine-messages.ts'
import type { InterpolationEnd } from '#shared/ipc.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { request } from '../../api/index.ts'
import { t } from '../../i18n.ts'
import { defaultOptions, encodingOf, stepsProblem } from './encoding-options.ts'
import { useLatestResult } from './use-latest-result.ts'

/** Rows and columns that a grid may have. */
export const sideRange = { min: 2, max: 15 }
/** In the order of a request's images. */
export const cornerNames = ['topLeft', 'topRight', 'bottomLeft', 'bottomRight'] as const

/** A grid between three or four images of a run: its options, and its result. */
export function useGrid(run: RunRecord) {
  const corners = shallowReactive<(InterpolationEnd | null)[]>(
    cornerNames.map((_, i) =>
      run.datasetId === null
        ? null
        : { kind: 'dataset', index: Math.floor((i * run.imageCount) / cornerNames.length) },
    ),
  )
  const options = reactive({ side: 7, ...defaultOptions(run) })
  const { result, error, busy, share, load, cancel, clear } = useLatestResult<GridResult>()

  const problem = computed((): string | null => {
    const { side, steps } = options
    if (!Number.isInteger(side) || side < sideRange.min || side > sideRange.max)
      return t('interpolation.problem.side', sideRange)
    const complete = corners.slice(0, 3).every(Boolean)
    return stepsProblem(steps) ?? (complete ? null : t('interpolation.problem.threeImages'))
  })

  async function generate(): Promise<void> {
    if (problem.value !== null || busy.value) return
    const { side, mode, steps } = options
    await load((job) =>
      request('latent.grid', {
        ...{ id: run.id, job },
        images: corners.flatMap((corner) => (corner ? [{ ...corner }] : [])),
        rows: side,
        columns: side,
        mode,
        ...encodingOf(options),
        sampling: { steps },
      }),
    )
  }

  /** Puts an image at a corner; null removes it. */
  function choose(corner: number, image: InterpolationEnd | null): void {
    corners[corner] = image
    clear()
  }

  return { corners, options, result, error, busy, share, problem, cancel, generate, choose }
}
