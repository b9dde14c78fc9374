import { useVirtualizer } from '@tanstack/vue-virtual'
import { useResizeObserver } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'

/** Height of a row of the table with its line. */
const rowHeight = 52
/** Rows above and below those in view, so that the keyboard finds the next one. */
const overscan = 8

/**
 * Which rows of a table are in view, or near it, and the heights that stand for the others. The table scrolls together
 * with what is above it.
 */
export function useVisibleRows(options: {
  count: () => number
  scroller: () => HTMLElement | null
  body: Readonly<ShallowRef<HTMLElement | null>>
}): ComputedRef<{ indices: number[]; above: number; below: number }> {
  const { count, scroller, body } = options
  /** How far below the top of what scrolls the rows begin. */
  const margin = shallowRef(0)
  const measure = () => {
    const [outer, inner] = [scroller(), body.value]
    if (!outer || !inner) return
    const top = inner.getBoundingClientRect().top - outer.getBoundingClientRect().top
    margin.value = Math.round(top + outer.scrollTop)
  }
  useResizeObserver(() => [...(scroller()?.children ?? [])] as HTMLElement[], measure)
  const rows = useVirtualizer(
    computed(() => ({
      count: count(),
      getScrollElement: scroller,
      estimateSize: () => rowHeight,
      scrollMargin: margin.value,
      overscan,
    })),
  )
  return computed(() => {
    const items = rows.value.getVirtualItems()
    const [first, last] = [items[0], items.at(-1)]
    return {
      indices: items.map(({ index }) => index),
      above: (first?.index ?? 0) * rowHeight,
      below: (count() - 1 - (last?.index ?? count() - 1)) * rowHeight,
    }
  })
}
