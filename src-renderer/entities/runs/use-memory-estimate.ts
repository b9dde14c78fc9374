import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { MemoryEstimate } from '#shared/engine-messages.ts'
import type { PlannedLength } from '#shared/ipc/runs.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { WorkerChoice } from '#shared/workers.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import type { IsLatest } from '../../composables/latest-only.ts'
import type { TrainingImages } from './run-choice.ts'

/** The estimate is requested once typing has paused this long. */
const pauseMs = 400

export interface MemoryQuestion {
  shape: ImageShape
  preset: string
  changes: Record<string, unknown>
}

/** What main estimates of some settings; requested again once they have not changed for a moment. */
export interface Estimate<A> {
  estimate: ShallowRef<A | null>
  /** Why there is no estimate; empty if there is one. */
  errorMessage: ShallowRef<string>
}

/** The memory a run would take. */
export const useMemoryEstimate = (question: () => MemoryQuestion | null): Estimate<MemoryEstimate> =>
  useEstimate(question, (asked) => request('runs.estimate', asked))

export interface LengthQuestion {
  images: TrainingImages
  preset: string
  changes: Record<string, unknown>
  /** The target that would train it; null for this computer. */
  target: string | null
  /** The processes that would train it together here; null for one. */
  workers: WorkerChoice | null
}

/** How long a run would take, and what its preset would choose. */
export const useLengthEstimate = (question: () => LengthQuestion | null): Estimate<PlannedLength> =>
  useEstimate(question, ({ images: { shape, count, labels }, target, workers, ...chosen }) =>
    request('runs.expectedLength', {
      images: { shape, count, labels },
      // Processes are those of this computer.
      ...(target !== null ? { target } : workers ? { workers } : {}),
      ...chosen,
    }),
  )

function useEstimate<Q, A>(question: () => Q | null, ask: (question: Q) => Promise<A>): Estimate<A> {
  const estimate = shallowRef<A | null>(null)
  const errorMessage = shallowRef('')
  let timer: ReturnType<typeof setTimeout> | undefined
  const latest = latestOnly()

  async function load(asked: Q, isLatest: IsLatest): Promise<void> {
    try {
      const answer = await ask(asked)
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
