import { useRafFn, useResizeObserver } from '@vueuse/core'
import { onScopeDispose, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'
import type { ChartInput, ChartReading } from './chart-input.ts'
import { chartImage } from './chart-image.ts'
import type { ChartImage } from './chart-image.ts'
import { useCrosshair } from './crosshair.ts'
import { useGestures } from './gestures.ts'
import type { GestureTargets } from './gestures.ts'
import { LinePlot } from './line-plot.ts'
import type { PlacedMark, PlotArea } from './marks.ts'
import { useThemeChange } from './palette.ts'
import { portableColours } from './image-files.ts'
import { buildFrame, heightOf, readSeries } from './series-frame.ts'
import type { SmoothedSeries } from './series-frame.ts'
import type { SeriesStore } from './series-store.ts'
import { SmoothingCache } from './smoothing.ts'
import { panView, zoomView } from './view.ts'
import { useZoom } from './zoom.ts'

interface SeriesChart extends GestureTargets {
  /** None of the values can be drawn on this scale. */
  blank: Readonly<Ref<boolean>>
  /** Where the plot is, for what is laid over it; null before it is drawn. */
  plotArea: Readonly<Ref<PlotArea | null>>
  /** What is shown now, for a file; null while there is nothing. */
  image: (options: { title: string; marks: readonly PlacedMark[] }) => ChartImage | null
}

/** Draws series into `host`, at most once a frame, and lets the pointer and keys move the view. */
export function useSeriesChart(
  host: Readonly<Ref<HTMLElement | null>>,
  input: () => ChartInput,
  read: (reading: ChartReading) => void,
): SeriesChart {
  const { zoom, shown, change, reset } = useZoom(input)
  const blank = shallowRef(false)
  const area = shallowRef<HTMLElement | null>(null)
  const plotArea = shallowRef<PlotArea | null>(null)
  const crosshair = useCrosshair()
  const smoothing = new SmoothingCache()
  let plot: LinePlot | null = null
  /** Whether the pointer is over this chart, rather than over one with the same crosshair. */
  let isOver = false

  const { resume: schedule } = useRafFn(draw, { immediate: false, once: true })
  const stores = (): SeriesStore[] => input().series.map(({ store }) => store)
  const smoothed = (): SmoothedSeries[] => {
    const { metric, smoothing: weight } = input()
    return stores().map((store) => ({ store, ...smoothing.smooth(store, { metric, weight }) }))
  }

  function draw(): void {
    const element = host.value
    if (plot === null || element === null || element.clientWidth === 0 || element.clientHeight === 0) return
    const { metric, axis, log, raw } = input()
    const series = smoothed()
    const frame = buildFrame({ series, metric, axis, log, raw, view: shown(), pixels: plot.pixels })
    blank.value = frame !== null && frame.lines.every(({ x }) => x.length === 0)
    if (frame !== null) {
      plot.draw(frame, { axis, log })
      plotArea.value = { ...plot.box, view: frame.view }
    }
    readPointer()
  }

  function readPointer(): void {
    const { metric, axis, log } = input()
    const pointer = crosshair.value
    const points = readSeries(smoothed(), { x: pointer, metric, axis, log })
    const marks = points.map((point) => ({
      x: axis === 'step' ? point.step : point.seconds,
      height: heightOf(point.smoothed, log),
    }))
    plot?.mark(pointer === null ? [] : marks)
    if (!isOver) plot?.point(pointer)
    read({ x: pointer, points })
  }

  const targets: GestureTargets = {
    zoom: (at, factor) => {
      change((now) => zoomView(now, now.min + at * (now.max - now.min), factor))
    },
    pan: (share) => {
      change((now) => panView(now, share * (now.max - now.min)))
    },
    reset,
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
            if (x === null && !isOver) return
            isOver = x !== null
            crosshair.value = x
          },
          reset: targets.reset,
        },
      })
    }
    area.value = plot?.over ?? null
    schedule()
  }

  watch([input, zoom], schedule)
  watch(crosshair, readPointer, { flush: 'sync' })
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

  function image(options: { title: string; marks: readonly PlacedMark[] }): ChartImage | null {
    if (host.value === null) return null
    const colour = portableColours(host.value)
    return chartImage({ input: input(), series: smoothed(), view: shown(), colour, ...options })
  }

  return { blank, plotArea, image, ...targets }
}
