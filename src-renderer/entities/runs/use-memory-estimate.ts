import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { MemoryEstimate } from '#shared/engine-messages.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import type { IsLatest } from '../../composables/latest-only.ts'

/** Typing is waited for this long. */
const pauseMs = 400

export interface MemoryQuestion {
  shape: ImageShape
  preset: string
  changes: Record<string, unknown>
}

/** What a run would take of the memory: asked anew when the settings have been left alone for a moment. */
export function useMemoryEstimate(question: () => MemoryQuestion | null): {
  estimate: ShallowRef<MemoryEstimate | null>
  /** Why it cannot be told. */
  trouble: ShallowRef<string>
} {
  const estimate = shallowRef<MemoryEstimate | null>(null)
  const trouble = shallowRef('')
  let timer: ReturnType<typeof setTimeout> | undefined
  const latest = latestOnly()

  async function ask(wanted: MemoryQuestion, isLatest: IsLatest): Promise<void> {
    try {
      const answer = await request('runs.estimate', wanted)
      if (!isLatest()) return
      estimate.value = answer
      trouble.value = ''
    } catch (thrown) {
      if (!isLatest()) return
      estimate.value = null
      trouble.value = toFlowerbedError(thrown).message
    }
  }

  watch(
    () => JSON.stringify(question()),
    (_, before) => {
      clearTimeout(timer)
      const wanted = question()
      // Also while the next question waits: an answer about other settings is none.
      const isLatest = latest.begin()
      if (wanted) timer = setTimeout(() => void ask(wanted, isLatest), before === undefined ? 0 : pauseMs)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return { estimate, trouble }
}
