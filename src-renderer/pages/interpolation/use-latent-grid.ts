import { computed, reactive, shallowReactive, shallowRef } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import type { GridResult } from '#shared/engine-messages.ts'
import type { InterpolationEnd } from '#shared/ipc.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import { encodingOf, newWayOptions, stepsProblem } from './integration-options.ts'

/** Rows and columns that a grid may have. */
export const sideRange = { min: 2, max: 15 }
export const cornerNames = ['Top left', 'Top right', 'Bottom left', 'Bottom right'] as const

/** A grid between three or four images of a run: what is chosen, and what came of it. */
export function useGrid(run: RunRecord) {
  const corners = shallowReactive<(InterpolationEnd | null)[]>(
    cornerNames.map((_, i) =>
      run.datasetId === null
        ? null
        : { kind: 'dataset', index: Math.floor((i * run.imageCount) / cornerNames.length) },
    ),
  )
  const options = reactive({ side: 7, ...newWayOptions(run) })
  const result = shallowRef<GridResult | null>(null)
  const error = shallowRef<FlowerbedError | null>(null)
  const busy = shallowRef(false)
  const latest = latestOnly()

  const problem = computed((): string | null => {
    const { side, steps } = options
    if (!Number.isInteger(side) || side < sideRange.min || side > sideRange.max)
      return `A grid has ${sideRange.min} to ${sideRange.max} rows and columns.`
    return (
      stepsProblem(steps) ?? (corners.slice(0, 3).every(Boolean) ? null : 'Choose the first three images.')
    )
  })

  async function draw(): Promise<void> {
    if (problem.value !== null || busy.value) return
    const isLatest = latest.begin()
    busy.value = true
    error.value = null
    try {
      const { side, mode, steps } = options
      const answer = await request('latent.grid', {
        id: run.id,
        images: corners.flatMap((corner) => (corner ? [{ ...corner }] : [])),
        rows: side,
        columns: side,
        mode,
        ...encodingOf(options),
        sampling: { steps },
      })
      if (isLatest()) result.value = answer
    } catch (thrown) {
      if (isLatest()) error.value = toFlowerbedError(thrown)
    } finally {
      if (isLatest()) busy.value = false
    }
  }

  /** Puts an image at a corner, or none; the grid shown, or on its way, belongs to the old ones and goes. */
  function choose(corner: number, image: InterpolationEnd | null): void {
    corners[corner] = image
    latest.drop()
    busy.value = false
    error.value = null
    result.value = null
  }

  return { corners, options, result, error, busy, problem, draw, choose }
}
