import { onScopeDispose, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'

interface LatestResult<T> {
  result: Readonly<ShallowRef<T | null>>
  error: Readonly<ShallowRef<FlowerbedError | null>>
  busy: Readonly<ShallowRef<boolean>>
  /** Progress in [0, 1] while it is pending. */
  share: Readonly<ShallowRef<number>>
  /** Asks for a result, as a sampling job; what arrives after `clear`, or after the component has gone, is dropped. */
  load: (task: (job: string) => Promise<T>) => Promise<void>
  /** Cancels the pending job. */
  cancel: () => Promise<void>
  /** Drops the result, shown or pending: it belongs to images that were replaced. */
  clear: () => void
}

/** A result that takes a while, with its error, whether it is pending, and its progress. */
export function useLatestResult<T>(): LatestResult<T> {
  const result: ShallowRef<T | null> = shallowRef(null)
  const error = shallowRef<FlowerbedError | null>(null)
  const busy = shallowRef(false)
  const share = shallowRef(0)
  const latest = latestOnly()
  let job = ''

  onScopeDispose(
    on('sampling', (event) => {
      if (event.job === job) share.value = event.share
    }),
  )
  onScopeDispose(() => void cancel())

  async function load(task: (job: string) => Promise<T>): Promise<void> {
    const isLatest = latest.begin()
    job = crypto.randomUUID()
    share.value = 0
    busy.value = true
    error.value = null
    try {
      const answer = await task(job)
      if (isLatest()) result.value = answer
    } catch (thrown) {
      const problem = toFlowerbedError(thrown)
      if (isLatest() && problem.kind !== 'cancelled') error.value = problem
    } finally {
      if (isLatest()) busy.value = false
    }
  }

  async function cancel(): Promise<void> {
    if (!busy.value) return
    try {
      await request('gallery.cancel', { job })
    } catch (thrown) {
      error.value = toFlowerbedError(thrown)
    }
  }

  function clear(): void {
    void cancel()
    latest.drop()
    busy.value = false
    error.value = null
    result.value = null
  }

  return { result, error, busy, share, load, cancel, clear }
}
