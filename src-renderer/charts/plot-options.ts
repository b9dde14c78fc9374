import type uPlot from 'uplot'
import { chartAxes } from './chart-axes.ts'
import type { View } from '#shared/plot/view.ts'

export interface PlotEvents {
  selected: (view: View) => void
  /** The x value under the pointer; null when it left. */
  hovered: (x: number | null) => void
  reset: () => void
}

const leastDrag = 4

/** The options of uPlot: ranges that come with each frame, axes, and pointer events. */
export function plotOptions(options: {
  host: HTMLElement
  events: PlotEvents
  look: Parameters<typeof chartAxes>[0]
}): Omit<uPlot.Options, 'series'> {
  const { host, events, look } = options
  const scale = {
    time: false,
    auto: false,
    range: (_: uPlot, min: number, max: number): uPlot.Range.MinMax => [min, max],
  }
  return {
    width: host.clientWidth,
    height: host.clientHeight,
    padding: [8, 16, 0, 0],
    legend: { show: false },
    scales: { x: scale, y: scale },
    axes: chartAxes(look),
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false, dist: leastDrag },
      bind: {
        // With shift the same drag pans.
        mousedown: (_plot, _target, select) => (event) =>
          event.button === 0 && !event.shiftKey ? select(event) : null,
        dblclick: () => () => {
          events.reset()
          return null
        },
      },
    },
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width } = plot.select
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          if (width < leastDrag) return
          events.selected({ min: plot.posToVal(left, 'x'), max: plot.posToVal(left + width, 'x') })
        },
      ],
      setCursor: [
        (plot) => {
          const left = plot.cursor.left ?? -1
          events.hovered(left < 0 ? null : plot.posToVal(left, 'x'))
        },
      ],
    },
  }
}
