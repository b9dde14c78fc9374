import { computed, onScopeDispose, reactive, shallowRef } from 'vue'
import {
  adaptiveSolver,
  samplingDefaults,
  samplingSchema,
  selectionSchema,
} from '#shared/schemas/sampling.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import type { RunRecord, SampleRecord } from '#shared/schemas/run.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'

/** Images that the gallery draws at once. */
export const samplesAtMost = 256

/** Sampling more images by hand: what is chosen, how far it is, and what went wrong. */
export function useSampling(run: RunRecord, options: { onSampled: (record: SampleRecord) => void }) {
  const wanted = reactive({
    count: 16,
    seed: 1 + Math.floor(Math.random() * 9999),
    temperature: 1,
    sampling: { ...samplingDefaults, steps: run.config.sampleSteps },
  })
  const error = shallowRef<FlowerbedError | null>(null)
  /** How much is done, in [0, 1]; null while nothing is drawn. */
  const share = shallowRef<number | null>(null)
  let job = ''

  const adaptive = computed(() => wanted.sampling.solver === adaptiveSolver)
  const valid = computed(
    () =>
      wanted.count <= samplesAtMost &&
      selectionSchema.safeParse(wanted).success &&
      samplingSchema.safeParse(wanted.sampling).success,
  )

  onScopeDispose(
    on('sampling', (event) => {
      if (event.job === job && share.value !== null) share.value = event.share
    }),
  )

  async function draw(): Promise<void> {
    if (!valid.value || share.value !== null) return
    job = crypto.randomUUID()
    share.value = 0
    error.value = null
    try {
      const { count, seed, temperature, sampling } = wanted
      const record = await request('gallery.sample', {
        ...{ id: run.id, job, count, seed, temperature },
        sampling: { ...sampling },
      })
      options.onSampled(record)
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
