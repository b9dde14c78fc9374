import { useRafFn, useResizeObserver } from '@vueuse/core'
import { onScopeDispose, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'
import { useGestures } from './gestures.ts'
import type { GestureTargets } from './gestures.ts'
import { LinePlot } from './line-plot.ts'
import type { LineStyle } from './line-plot.ts'
import { useThemeChange } from './palette.ts'
import { axisOf, buildFrame, fullView, heightOf, readSeries } from './series-frame.ts'
import type { SeriesPoint, Shown, SmoothedSeries, XAxis } from './series-frame.ts'
import type { SeriesStore } from './series-store.ts'
import { SmoothingCache } from './smoothing.ts'
import { fitView, panView, translateView, zoomView } from './view.ts'
import type { View } from './view.ts'

export interface ChartSeries {
  store: SeriesStore
  style: LineStyle
}

/** One metric of several series. A new `series` array means that points were added. */
export interface ChartInput extends Shown {
  series: readonly ChartSeries[]
  /** Weight of the moving average, in [0, 1). */
  smoothing: number
  /** Draws the raw values too, and a dot at the point under the pointer. */
  raw: boolean
}

export interface ChartReading {
  /** The x value under the pointer; null without a pointer. */
  x: number | null
  /** The point of each series nearest to x, or its last one without a pointer. */
  points: SeriesPoint[]
}

interface SeriesChart extends GestureTargets {
  /** None of the values can be drawn on this scale. */
  blank: Readonly<Ref<boolean>>
}

const leastSpan: Record<XAxis, number> = { step: 4, time: 0.5 }

/** Draws series into `host`, at most once a frame, and lets the pointer and keys move the view. */
export function useSeriesChart(
  host: Readonly<Ref<HTMLElement | null>>,
  input: () => ChartInput,
  read: (reading: ChartReading) => void,
): SeriesChart {
  const view = shallowRef<View | null>(null)
  const blank = shallowRef(false)
  const area = shallowRef<HTMLElement | null>(null)
  const smoothing = new SmoothingCache()
  let plot: LinePlot | null = null
  let pointer: number | null = null

  const { resume: schedule } = useRafFn(draw, { immediate: false, once: true })
  const stores = (): SeriesStore[] => input().series.map(({ store }) => store)
  const smoothed = (): SmoothedSeries[] => {
    const { metric, smoothing: weight } = input()
    return stores().map((store) => ({ store, smoothed: smoothing.smooth(store, { metric, weight }) }))
  }

  function draw(): void {
    const element = host.value
    if (plot === null || element === null || element.clientWidth === 0 || element.clientHeight === 0) return
    const { metric, axis, log, raw } = input()
    const full = fullView(stores(), { metric, axis })
    const shown = view.value && full && fitView(view.value, full, leastSpan[axis])
    const series = smoothed()
    const frame = buildFrame({ series, metric, axis, log, raw, view: shown, pixels: plot.pixels })
    blank.value = frame !== null && frame.lines.every(({ x }) => x.length === 0)
    if (frame !== null) plot.draw(frame, { axis, log })
    readPointer()
  }

  function readPointer(): void {
    const { metric, axis, log } = input()
    const points = readSeries(smoothed(), { x: pointer, metric, axis, log })
    const marks = points.map((point) => ({
      x: axis === 'step' ? point.step : point.seconds,
      height: heightOf(point.smoothed, log),
    }))
    plot?.mark(pointer === null ? [] : marks)
    read({ x: pointer, points })
  }

  function change(next: (view: View) => View): void {
    const { axis } = input()
    const full = fullView(stores(), input())
    if (full !== null) view.value = fitView(next(view.value ?? full), full, leastSpan[axis])
  }

  const targets: GestureTargets = {
    zoom: (at, factor) => {
      change((now) => zoomView(now, now.min + at * (now.max - now.min), factor))
    },
    pan: (share) => {
      change((now) => panView(now, share * (now.max - now.min)))
    },
    reset: () => {
      view.value = null
    },
  }

  function build(): void {
    plot?.destroy()
    plot = null
    const { series, raw } = input()
    if (host.value !== null) {
      plot = new LinePlot(host.value, {
        ...{ styles: series.map(({ style }) => style), raw },
        events: {
          selected: (next) => {
            change(() => next)
          },
          hovered: (x) => {
            if (x === null && pointer === null) return
            pointer = x
            readPointer()
          },
          reset: targets.reset,
        },
      })
    }
    area.value = plot?.over ?? null
    schedule()
  }

  watch(
    () => input().axis,
    (to, from) => {
      const [only, ...others] = stores()
      // Only within one series does a step have one time.
      if (only === undefined || others.length > 0) targets.reset()
      else if (view.value) view.value = translateView(view.value, axisOf(only, from), axisOf(only, to))
    },
  )
  watch(stores, (now, before) => {
    if (!before.some((store) => now.includes(store))) targets.reset()
  })
  watch([input, view], schedule)
  // The lines are part of what uPlot is made with.
  watch([host, () => JSON.stringify([input().raw, input().series.map(({ style }) => style)])], build, {
    flush: 'post',
  })
  useResizeObserver(host, () => {
    plot?.resize()
    schedule()
  })
  useGestures(area, targets)
  useThemeChange(() => plot?.recolour())
  onScopeDispose(() => {
    plot?.destroy()
    plot = null
  })

  return { blank, ...targets }
}
