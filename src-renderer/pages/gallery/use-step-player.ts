import { useIntervalFn } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'

export interface StepPlayer {
  /** Index of the grid that is shown. */
  index: ComputedRef<number>
  isPlaying: Readonly<ShallowRef<boolean>>
  /** Shows the grid of an index; the newest one is followed from then on unless it plays. */
  go: (to: number) => void
  toggle: () => void
}

/** Which of a run’s `count` grids is shown, chosen or played through; the newest until another is chosen. */
export function useStepPlayer(options: {
  count: () => number
  /** Called whenever a grid is chosen, also by playing. */
  onGo: () => void
}): StepPlayer {
  const { count, onGo } = options
  /** null follows the newest. */
  const chosen = shallowRef<number | null>(null)
  const last = () => count() - 1
  const index = computed(() => Math.min(chosen.value ?? last(), last()))
  const player = useIntervalFn(() => go(index.value >= last() ? 0 : index.value + 1), 350, {
    immediate: false,
  })

  function go(to: number): void {
    onGo()
    chosen.value = to >= last() && !player.isActive.value ? null : Math.max(0, Math.min(last(), to))
  }
  function toggle(): void {
    if (player.isActive.value) player.pause()
    else player.resume()
  }
  return { index, isPlaying: player.isActive, go, toggle }
}
