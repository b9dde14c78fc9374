import { useIntervalFn } from '@vueuse/core'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { TrajectoryResult } from '#shared/sampling-messages.ts'
import type { SampleRecord } from '#shared/schemas/run.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import { useJob } from './use-job.ts'

/** Which trajectory is asked for; `steps` instead of those of the sheet. */
export interface TrajectoryChoice {
  record: SampleRecord
  index: number
  steps: number | null
}

/** The trajectory of a chosen sample; what is asked for anew replaces what is being recorded. */
export function useTrajectory(choice: () => TrajectoryChoice) {
  const { share, error, run: runJob, cancel } = useJob()
  const result = shallowRef<TrajectoryResult | null>(null)
  const latest = latestOnly()
  /** The request in progress, which ends before the next begins. */
  let running: Promise<TrajectoryResult | null> = Promise.resolve(null)
  const cancelRunning = async () => {
    if (share.value !== null) await cancel()
  }

  async function load(): Promise<void> {
    const isLatest = latest.begin()
    result.value = null
    await cancelRunning()
    await running
    if (!isLatest()) return
    const { record, index, steps } = choice()
    running = runJob((job) =>
      request('gallery.trajectory', {
        ...{ id: record.runId, sample: record.id, image: index, job },
        ...(steps === null ? {} : { steps }),
      }),
    )
    const found = await running
    if (isLatest()) result.value = found
  }
  onScopeDispose(() => void cancelRunning())
  watch(choice, load, { immediate: true })
  return { result, share, error, cancel }
}

/** A trajectory plays in about this time, but no state is shown for longer than another. */
const wholeMs = 2400
const longestMs = 300

/** Which state of a trajectory is shown: the last, until another is chosen or played; playing ends at the last. */
export function useStatePlayer(count: () => number) {
  const state = shallowRef(0)
  const last = computed(() => Math.max(0, count() - 1))
  const pace = computed(() => Math.min(longestMs, wholeMs / Math.max(1, count())))
  const player = useIntervalFn(
    () => {
      if (state.value >= last.value) player.pause()
      else state.value += 1
    },
    pace,
    { immediate: false },
  )
  watch(last, (to) => {
    player.pause()
    state.value = to
  })
  function show(to: number): void {
    player.pause()
    state.value = Math.max(0, Math.min(last.value, to))
  }
  function toggle(): void {
    if (player.isActive.value) {
      player.pause()
      return
    }
    if (state.value >= last.value) state.value = 0
    player.resume()
  }
  return { state, last, isPlaying: player.isActive, show, toggle }
}
