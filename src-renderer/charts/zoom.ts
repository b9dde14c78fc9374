import { inject, provide, shallowRef, watch } from 'vue'
import type { InjectionKey, ShallowRef } from 'vue'
import type { View } from '#shared/plot/view.ts'
import type { ChartInput } from './chart-input.ts'
import { axisOf, fullView } from './series-frame.ts'
import type { XAxis } from './series-frame.ts'
import type { SeriesStore } from './series-store.ts'
import { fitView, translateView } from './view.ts'

/** The visible range of an axis; null shows everything. */
type Zoom = ShallowRef<{ axis: XAxis; view: View } | null>

const key: InjectionKey<Zoom> = Symbol('zoom')
const leastSpan: Record<XAxis, number> = { step: 4, time: 0.5 }

/** Gives all charts below a component one range: zooming one zooms all. They must show the same axis. */
export function shareZoom(): void {
  provide(key, shallowRef(null))
}

/** The range that a chart shows: shared with other charts, or its own. */
export function useZoom(input: () => Pick<ChartInput, 'series' | 'metric' | 'axis'>) {
  const zoom = inject(key, () => shallowRef(null), true)
  const stores = (): SeriesStore[] => input().series.map(({ store }) => store)

  /** null while everything is shown. */
  function shown(): View | null {
    const { axis } = input()
    const whole = wholeView(stores(), axis)
    return zoom.value?.axis === axis && whole ? fitView(zoom.value.view, whole, leastSpan[axis]) : null
  }

  function change(next: (view: View) => View): void {
    const { axis } = input()
    const whole = wholeView(stores(), axis)
    const now = shown() ?? fullView(stores(), input())
    if (whole === null || now === null) return
    const view = fitView(next(now), whole, leastSpan[axis])
    zoom.value = view && { axis, view }
  }

  function reset(): void {
    zoom.value = null
  }

  watch(
    () => input().axis,
    (axis) => {
      const before = zoom.value
      // Another chart has translated what is shared.
      if (before === null || before.axis === axis) return
      const [only, ...others] = stores()
      // Only within one series does a step have one time.
      if (only === undefined || others.length > 0) reset()
      else
        zoom.value = { axis, view: translateView(before.view, axisOf(only, before.axis), axisOf(only, axis)) }
    },
  )
  watch(stores, (now, before) => {
    if (!before.some((store) => now.includes(store))) reset()
  })
  return { zoom, shown, change, reset }
}

/** All points of all series, whatever their metrics: the same for charts of several metrics. */
function wholeView(stores: readonly SeriesStore[], axis: XAxis): View | null {
  let [min, max] = [Infinity, -Infinity]
  for (const store of stores) {
    const x = axisOf(store, axis)
    min = Math.min(min, x[0] ?? Infinity)
    max = Math.max(max, x.at(-1) ?? -Infinity)
  }
  return min < max ? { min, max } : null
}
