import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { MemoryEstimate } from '#contract/engine.ts'
import { toFlowerbedError } from '#contract/errors.ts'
import type { PictureShape } from '#contract/pictures.ts'
import { request } from '../../api/index.ts'

/** Typing is waited for this long. */
const pauseMs = 400

export interface MemoryQuestion {
  shape: PictureShape
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
  let asked = 0

  async function ask(wanted: MemoryQuestion): Promise<void> {
    const mine = ++asked
    try {
      const answer = await request('runs.estimate', wanted)
      if (mine !== asked) return
      estimate.value = answer
      trouble.value = ''
    } catch (thrown) {
      if (mine !== asked) return
      estimate.value = null
      trouble.value = toFlowerbedError(thrown).message
    }
  }

  watch(
    () => JSON.stringify(question()),
    (_, before) => {
      clearTimeout(timer)
      const wanted = question()
      if (wanted) timer = setTimeout(() => void ask(wanted), before === undefined ? 0 : pauseMs)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    asked++
  })
  return { estimate, trouble }
}
