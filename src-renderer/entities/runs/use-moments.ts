import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'
import { runMoments } from '#shared/labels/run-events.ts'
import type { RunMoment } from '#shared/labels/run-events.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import type { StepMark } from '../../charts/marks.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import { useNotices } from '../../composables/notices.ts'

/** What happened to a run at its steps, kept up with its training; and the same as marks of a chart. */
export function useMoments(run: () => RunRecord): {
  moments: Readonly<ShallowRef<RunMoment[]>>
  marks: ComputedRef<StepMark[]>
} {
  const notices = useNotices()
  const moments = shallowRef<RunMoment[]>([])
  const latest = latestOnly()

  async function load(): Promise<void> {
    const isLatest = latest.begin()
    const { id } = run()
    try {
      const answers = await Promise.all([request('runs.events', { id }), request('runs.checkpoints', { id })])
      if (isLatest()) moments.value = runMoments(...answers)
    } catch (error) {
      if (isLatest()) notices.addError(error)
    }
  }
  // An event changes the record too.
  watch(() => [run().id, run().status, JSON.stringify(run().config)].join(' '), load, { immediate: true })
  onScopeDispose(
    on('checkpoints', ({ runId }) => {
      if (runId === run().id) void load()
    }),
  )
  const marks = computed(() =>
    moments.value.map(({ kind, step, text }) => ({ kind, step, text, strong: kind !== 'checkpoint' })),
  )
  return { moments, marks }
}
