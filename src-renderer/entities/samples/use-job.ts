import { onScopeDispose, shallowRef } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { t } from '../../i18n.ts'

/** Below this share it is too early to say how long it takes. */
const leastShare = 0.02

/** What `useJob` gives. */
export type Job = ReturnType<typeof useJob>

/** One long request at a time, to the engine or to what writes images: its progress, its error, and how to cancel it. */
export function useJob(cancelChannel: 'gallery.cancel' | 'images.cancel' = 'gallery.cancel') {
  const error = shallowRef<FlowerbedError | null>(null)
  /** Whether the last one was cancelled. */
  const wasCancelled = shallowRef(false)
  /** Progress in [0, 1]; null while nothing is in progress. */
  const share = shallowRef<number | null>(null)
  /** About, by how long it took so far; null before that can be said. */
  const secondsLeft = shallowRef<number | null>(null)
  let job = ''
  /** Time of its first progress event in ms; before it the model is loaded. */
  let startedAt = 0

  onScopeDispose(
    on('sampling', (event) => {
      if (event.job !== job || share.value === null) return
      share.value = event.share
      startedAt ||= Date.now()
      const left = ((Date.now() - startedAt) / 1000) * (1 / event.share - 1)
      if (event.share >= leastShare) secondsLeft.value = left
    }),
  )

  /** The answer; null when it failed, was cancelled, or another is in progress. */
  async function run<T>(ask: (job: string) => Promise<T>): Promise<T | null> {
    if (share.value !== null) return null
    job = crypto.randomUUID()
    share.value = 0
    secondsLeft.value = null
    startedAt = 0
    error.value = null
    wasCancelled.value = false
    try {
      return await ask(job)
    } catch (thrown) {
      const problem = toFlowerbedError(thrown)
      wasCancelled.value = problem.kind === 'cancelled'
      if (!wasCancelled.value) error.value = problem
      return null
    } finally {
      share.value = null
    }
  }

  async function cancel(): Promise<void> {
    try {
      await request(cancelChannel, { job })
    } catch (thrown) {
      error.value = toFlowerbedError(thrown)
    }
  }

  return { share, secondsLeft, error, wasCancelled, run, cancel }
}

/** The label of a button that cancels a task, with its progress. @param share in [0, 1] */
export function cancelLabel(task: string, share: number): string {
  return t('common.cancelTask', { task, percent: Math.floor(100 * share) })
}
