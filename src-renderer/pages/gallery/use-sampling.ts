import { computed, reactive } from 'vue'
import {
  adaptiveSolver,
  maxSamples,
  samplingDefaults,
  samplingSchema,
  selectionSchema,
} from '#shared/schemas/sampling.ts'
import type { RunRecord, SampleRecord } from '#shared/schemas/run.ts'
import { defaultStepsOf } from '#shared/default-sampling.ts'
import { request } from '../../api/index.ts'
import { useJob } from '../../entities/samples/use-job.ts'

/** Generating samples on request: its options, its progress and its error. */
export function useSampling(run: RunRecord, { onSampled }: { onSampled: (record: SampleRecord) => void }) {
  const options = reactive({
    count: 16,
    seed: 1 + Math.floor(Math.random() * 9999),
    temperature: 1,
    sampling: { ...samplingDefaults, steps: defaultStepsOf(run.config) },
  })
  const { share, error, run: runJob, cancel } = useJob()

  const adaptive = computed(() => options.sampling.solver === adaptiveSolver)
  const valid = computed(
    () =>
      options.count <= maxSamples &&
      selectionSchema.safeParse(options).success &&
      samplingSchema.safeParse(options.sampling).success,
  )

  async function generate(): Promise<void> {
    if (!valid.value) return
    const { count, seed, temperature, sampling } = options
    const record = await runJob((job) =>
      request('gallery.sample', {
        ...{ id: run.id, job, count, seed, temperature },
        sampling: { ...sampling },
      }),
    )
    if (!record) return
    onSampled(record)
    // A seed that was typed meanwhile stays.
    if (options.seed === seed) options.seed += 1
  }

  return { options, adaptive, valid, share, error, generate, cancel }
}
