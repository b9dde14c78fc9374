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

/** Images that the gallery generates at once. */
export const maxSamples = 256

/** Generating samples on request: its options, its progress and its error. */
export function useSampling(run: RunRecord, { onSampled }: { onSampled: (record: SampleRecord) => void }) {
  const options = reactive({
    count: 16,
    seed: 1 + Math.floor(Math.random() * 9999),
    temperature: 1,
    sampling: { ...samplingDefaults, steps: run.config.sampleSteps },
  })
  const error = shallowRef<FlowerbedError | null>(null)
  /** Progress in [0, 1]; null while nothing is generated. */
  const share = shallowRef<number | null>(null)
  let job = ''

  const adaptive = computed(() => options.sampling.solver === adaptiveSolver)
  const valid = computed(
    () =>
      options.count <= maxSamples &&
      selectionSchema.safeParse(options).success &&
      samplingSchema.safeParse(options.sampling).success,
  )

  onScopeDispose(
    on('sampling', (event) => {
      if (event.job === job && share.value !== null) share.value = event.share
    }),
  )

  async function generate(): Promise<void> {
    if (!valid.value || share.value !== null) return
    job = crypto.randomUUID()
    share.value = 0
    error.value = null
    try {
      const { count, seed, temperature, sampling } = options
      const record = await request('gallery.sample', {
        ...{ id: run.id, job, count, seed, temperature },
        sampling: { ...sampling },
      })
      onSampled(record)
      // A seed that was typed meanwhile stays.
      if (options.seed === seed) options.seed += 1
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

  return { options, adaptive, valid, share, error, generate, cancel }
}
