import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { MemoryEstimate } from '#shared/engine-messages.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import type { IsLatest } from '../../composables/latest-only.ts'

/** The estimate is requested once typing has paused this long. */
const pauseMs = 400

export interface MemoryQuestion {
  shape: ImageShape
  preset: string
  changes: Record<string, unknown>
}

/** The memory a run would take; requested again once the settings have not changed for a moment. */
export function useMemoryEstimate(question: () => MemoryQuestion | null): {
  estimate: ShallowRef<MemoryEstimate | null>
  /** Why there is no estimate; empty if there is one. */
  errorMessage: ShallowRef<string>
} {
  const estimate = shallowRef<MemoryEstimate | null>(null)
  const errorMessage = shallowRef('')
  let timer: ReturnType<typeof setTimeout> | undefined
  const latest = latestOnly()

  async function load(asked: MemoryQuestion, isLatest: IsLatest): Promise<void> {
    try {
      const answer = await request('runs.estimate', asked)
      if (!isLatest()) return
      estimate.value = answer
      errorMessage.value = ''
    } catch (thrown) {
      if (!isLatest()) return
      estimate.value = null
      errorMessage.value = toFlowerbedError(thrown).message
    }
  }

  watch(
    () => JSON.stringify(question()),
    (_, before) => {
      clearTimeout(timer)
      const asked = question()
      // Also while the next request waits: an answer for other settings is dropped.
      const isLatest = latest.begin()
      if (asked) timer = setTimeout(() => void load(asked, isLatest), before === undefined ? 0 : pauseMs)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return { estimate, errorMessage }
}
