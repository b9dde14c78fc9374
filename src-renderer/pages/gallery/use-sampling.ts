import { computed, onScopeDispose, reactive, shallowRef } from 'vue'
import { adaptiveSolver, drawingDefaults, drawingSchema, selectionSchema } from '#shared/schemas/sampling.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import type { RunRecord, SampleRecord } from '#shared/schemas/run.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'

/** Pictures that the gallery draws at once. */
export const drawnAtMost = 256

/** Drawing more pictures by hand: what is chosen, how far it is, and what went wrong. */
export function useDrawing(run: RunRecord, options: { onDrawn: (record: SampleRecord) => void }) {
  const wanted = reactive({
    count: 16,
    seed: 1 + Math.floor(Math.random() * 9999),
    temperature: 1,
    drawing: { ...drawingDefaults, steps: run.config.sampleSteps },
  })
  const error = shallowRef<FlowerbedError | null>(null)
  /** How much is done, in [0, 1]; null while nothing is drawn. */
  const share = shallowRef<number | null>(null)
  let job = ''

  const adaptive = computed(() => wanted.drawing.solver === adaptiveSolver)
  const valid = computed(
    () =>
      wanted.count <= drawnAtMost &&
      selectionSchema.safeParse(wanted).success &&
      drawingSchema.safeParse(wanted.drawing).success,
  )

  onScopeDispose(
    on('drawing', (event) => {
      if (event.job === job && share.value !== null) share.value = event.share
    }),
  )

  async function draw(): Promise<void> {
    if (!valid.value || share.value !== null) return
    job = crypto.randomUUID()
    share.value = 0
    error.value = null
    try {
      const { count, seed, temperature, drawing } = wanted
      const record = await request('gallery.sample', {
        ...{ id: run.id, job, count, seed, temperature },
        drawing: { ...drawing },
      })
      options.onDrawn(record)
      // One that was typed meanwhile stays.
      if (wanted.seed === seed) wanted.seed += 1
    } catch (thrown) {
      const problem = toFlowerbedError(thrown)
      if (problem.kind !== 'cancelled') error.value = problem
    } finally {
      share.value = null
    }
  }

  async function cancel(): Promise<void> {
    try {
      await request('gallery.cancel', { job })
    } catch (thrown) {
      error.value = toFlowerbedError(thrown)
    }
  }

  return { wanted, adaptive, valid, share, error, draw, cancel }
}
