import { shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import { latestOnly } from '../../composables/latest-only.ts'

interface LatestResult<T> {
  result: Readonly<ShallowRef<T | null>>
  error: Readonly<ShallowRef<FlowerbedError | null>>
  busy: Readonly<ShallowRef<boolean>>
  /** Asks for a result; what arrives after `clear`, or after the component has gone, is dropped. */
  load: (task: () => Promise<T>) => Promise<void>
  /** Drops the result, shown or pending: it belongs to images that were replaced. */
  clear: () => void
}

/** A result that takes a while, with its error and whether it is pending. */
export function useLatestResult<T>(): LatestResult<T> {
  const result: ShallowRef<T | null> = shallowRef(null)
  const error = shallowRef<FlowerbedError | null>(null)
  const busy = shallowRef(false)
  const latest = latestOnly()

  async function load(task: () => Promise<T>): Promise<void> {
    const isLatest = latest.begin()
    busy.value = true
    error.value = null
    try {
      const answer = await task()
      if (isLatest()) result.value = answer
    } catch (thrown) {
      if (isLatest()) error.value = toFlowerbedError(thrown)
    } finally {
      if (isLatest()) busy.value = false
    }
  }

  function clear(): void {
    latest.drop()
    busy.value = false
    error.value = null
    result.value = null
  }

  return { result, error, busy, load, clear }
}
