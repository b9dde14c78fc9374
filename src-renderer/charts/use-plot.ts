import { onBeforeUnmount, onMounted, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'
import { CurveChart } from './curve-chart.ts'
import type { GestureTargets } from './gestures.ts'
import { listenToGestures } from './gestures.ts'
import type { Along } from './plot-frame.ts'
import { axisOf, buildFrame, floorOf, fullView, heightOf } from './plot-frame.ts'
import { watchTheme } from './palette.ts'
import { nearestPoint } from './search.ts'
import { Smoother } from './smoothing.ts'
import type { Curves } from '../entities/runs/use-curves.ts'
import type { View } from './view.ts'
import { fitView, panView, translateView, zoomView } from './view.ts'

export interface PlotInput {
  curves: Curves
  metric: string
  smoothing: number
  log: boolean
  along: Along
}

/** The point under the pointer, or the last one when there is no pointer. */
export interface Reading {
  step: number
  seconds: number
  raw: number
  smoothed: number
  hovered: boolean
}

interface Plot extends GestureTargets {
  /** Nothing of the curve can be drawn as asked. */
  blank: Readonly<Ref<boolean>>
}

const leastSpan: Record<Along, number> = { step: 4, time: 0.5 }

/** Draws a curve into `host`, at most once a frame, and lets hands move it. */
export function usePlot(
  host: Readonly<Ref<HTMLElement | null>>,
  input: () => PlotInput,
  read: (reading: Reading | null) => void,
): Plot {
  const view = shallowRef<View | null>(null)
  const blank = shallowRef(false)
  let chart: CurveChart | null = null
  let pointer: number | null = null
  let frameAsked = 0
  let smoother = new Smoother(0)
  let smootherOf = ''
  let smootherStore: Curves['store'] | null = null
  const stops: (() => void)[] = []

  function schedule(): void {
    if (frameAsked === 0) frameAsked = requestAnimationFrame(draw)
  }

  function smoothed(): Float64Array {
    const { curves, metric, smoothing } = input()
    const of = `${metric} ${smoothing} ${curves.store.cuts}`
    if (of !== smootherOf || curves.store !== smootherStore) {
      smoother = new Smoother(smoothing)
      smootherOf = of
      smootherStore = curves.store
    }
    return smoother.update(curves.store.values(metric))
  }

  function draw(): void {
    frameAsked = 0
    const size = host.value
    if (chart === null || size === null || size.clientWidth === 0 || size.clientHeight === 0) return
    const { curves, metric, log, along } = input()
    const { store } = curves
    const full = fullView(store, metric, along)
    const shown = view.value && full && fitView(view.value, full, leastSpan[along])
    const frame = buildFrame({
      store,
      metric,
      smoothed: smoothed(),
      along,
      log,
      view: shown,
      pixels: chart.pixels,
    })
    blank.value = frame !== null && frame.x.length === 0
    if (frame !== null) chart.draw(frame, { along, log })
    readPointer()
  }

  function readPointer(): void {
    const { curves, metric, log, along } = input()
    const { store } = curves
    const x = axisOf(store, along)
    const raw = store.values(metric)
    const at =
      pointer === null ? store.extent(metric).last : nearestPoint(x, raw, { x: pointer, floor: floorOf(log) })
    const step = store.steps[at]
    if (step === undefined) {
      chart?.mark(null)
      read(null)
      return
    }
    const value = smoothed()[at] ?? NaN
    const hovered = pointer !== null
    chart?.mark(hovered ? { x: x[at] ?? NaN, height: heightOf(value, log) } : null)
    read({ step, seconds: store.seconds[at] ?? NaN, raw: raw[at] ?? NaN, smoothed: value, hovered })
  }

  function change(next: (view: View) => View): void {
    const { curves, metric, along } = input()
    const full = fullView(curves.store, metric, along)
    if (full !== null) view.value = fitView(next(view.value ?? full), full, leastSpan[along])
  }

  const plot: Plot = {
    blank,
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

  watch(
    () => input().along,
    (to, from) => {
      const { store } = input().curves
      if (view.value) view.value = translateView(view.value, axisOf(store, from), axisOf(store, to))
    },
  )
  watch(() => input().curves.store, plot.reset)
  watch([input, view], schedule)

  onMounted(() => {
    if (host.value === null) return
    chart = new CurveChart(host.value, {
      selected: (next) => {
        change(() => next)
      },
      hovered: (x) => {
        if (x === null && pointer === null) return
        pointer = x
        readPointer()
      },
      reset: plot.reset,
    })
    const sizes = new ResizeObserver(() => {
      chart?.resize()
      schedule()
    })
    sizes.observe(host.value)
    stops.push(
      () => {
        sizes.disconnect()
      },
      listenToGestures(chart.over, plot),
      watchTheme(() => chart?.recolour()),
    )
    schedule()
  })

  onBeforeUnmount(() => {
    cancelAnimationFrame(frameAsked)
    for (const stop of stops) stop()
    chart?.destroy()
    chart = null
  })

  return plot
}
