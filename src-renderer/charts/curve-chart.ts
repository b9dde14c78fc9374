import uPlot from 'uplot'
import { chartBase } from './chart-base.ts'
import type { ChartEvents } from './chart-base.ts'
import type { Palette } from './palette.ts'
import { readPalette } from './palette.ts'
import type { Along, Frame } from './plot-frame.ts'

const rawOpacity = 0.28

/** One metric drawn by uPlot, which only draws: ranges, decimation and log heights come with each frame. */
export class CurveChart {
  private readonly host: HTMLElement
  private readonly events: ChartEvents
  private readonly plot: uPlot
  private readonly dot = document.createElement('div')
  private palette: Palette
  private along: Along = 'step'
  private log = false

  constructor(host: HTMLElement, events: ChartEvents) {
    this.host = host
    this.events = events
    this.palette = readPalette(host)
    this.plot = new uPlot(this.options(), [[], [], []], host)
    this.dot.className = 'dot'
    this.dot.hidden = true
    this.plot.over.append(this.dot)
  }

  /** The part that hears the pointer. */
  get over(): HTMLElement {
    return this.plot.over
  }

  /** Width of the plot in device pixels. */
  get pixels(): number {
    return Math.max(1, Math.round(this.plot.bbox.width))
  }

  /** Fits the chart to its host. */
  resize(): void {
    this.plot.setSize({ width: this.host.clientWidth, height: this.host.clientHeight })
  }

  /** Takes the tokens as they are now. */
  recolour(): void {
    this.palette = readPalette(this.host)
    this.plot.redraw(false)
  }

  draw(frame: Frame, { along, log }: { along: Along; log: boolean }): void {
    this.along = along
    this.log = log
    this.plot.batch(() => {
      this.plot.setData([frame.x, frame.raw, frame.smoothed], false)
      this.plot.setScale('x', { ...frame.view })
      this.plot.setScale('y', { ...frame.y })
    })
  }

  /** Puts the dot on a point of the curve, or takes it away. */
  mark(point: { x: number; height: number } | null): void {
    this.dot.hidden = point === null || !Number.isFinite(point.height)
    if (point === null || this.dot.hidden) return
    const left = this.plot.valToPos(point.x, 'x')
    const top = this.plot.valToPos(point.height, 'y')
    this.dot.style.transform = `translate(${left}px, ${top}px)`
  }

  destroy(): void {
    this.plot.destroy()
  }

  private options(): uPlot.Options {
    const { host, events } = this
    const line = { spanGaps: true, stroke: () => this.palette.accent }
    return {
      ...chartBase({
        ...{ host, events },
        look: () => ({ palette: this.palette, along: this.along, log: this.log }),
      }),
      series: [
        {},
        { ...line, width: 1, alpha: rawOpacity, points: { show: false } },
        {
          ...line,
          width: 2,
          points: { show: (plot) => plot.data[0].length === 1, size: 6, fill: () => this.palette.accent },
        },
      ],
    }
  }
}
