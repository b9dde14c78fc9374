import { computed, shallowRef, watch } from 'vue'

/** Places chosen in a grid as in a file manager: click, with Shift a sequence, with Ctrl or ⌘ one more; arrows move. */
export function useSelected(images: () => readonly number[]) {
  const focused = shallowRef(0)
  const anchor = shallowRef(0)
  const places = shallowRef<ReadonlySet<number>>(new Set())

  watch(images, () => {
    focused.value = 0
    anchor.value = 0
    places.value = new Set()
  })

  function select(place: number, keys: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }): void {
    focused.value = place
    if (keys.shiftKey) {
      const [first, last] = [Math.min(anchor.value, place), Math.max(anchor.value, place)]
      places.value = new Set(Array.from({ length: last - first + 1 }, (_, i) => first + i))
      return
    }
    anchor.value = place
    if (!keys.ctrlKey && !keys.metaKey) {
      places.value = new Set([place])
      return
    }
    const next = new Set(places.value)
    if (!next.delete(place)) next.add(place)
    places.value = next
  }
  function selectAll(): void {
    places.value = new Set(images().keys())
  }
  function clear(): void {
    places.value = new Set()
  }
  /** Positions in the dataset of what is chosen. */
  const selected = computed(() =>
    [...places.value].sort((a, b) => a - b).flatMap((place) => images()[place] ?? []),
  )
  return { focused, places, selected, select, selectAll, clear }
}
