import uPlot from 'uplot'
import { chartBase } from './chart-base.ts'
import type { ChartEvents } from './chart-base.ts'
import type { Palette } from './palette.ts'
import { readPalette } from './palette.ts'
import type { Along } from './plot-frame.ts'
import type { CurveStyle } from '../pages/experiment/curve-styles.ts'
import type { OverlayFrame } from './overlay-frame.ts'

/** Several curves over one axis, drawn by uPlot; ranges and decimation come with each frame. */
export class OverlayChart {
  private readonly host: HTMLElement
  private readonly events: ChartEvents
  private readonly plot: uPlot
  private readonly styles: CurveStyle[]
  private palette: Palette
  private colours: string[]
  private along: Along = 'step'
  private log = false

  constructor(host: HTMLElement, options: { styles: CurveStyle[]; events: ChartEvents }) {
    this.host = host
    this.events = options.events
    this.styles = options.styles
    this.palette = readPalette(host)
    this.colours = this.readColours()
    this.plot = new uPlot(this.options(), [[], ...this.styles.map(() => [])], host)
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
    this.colours = this.readColours()
    this.plot.redraw(false)
  }

  draw(frame: OverlayFrame, { along, log }: { along: Along; log: boolean }): void {
    this.along = along
    this.log = log
    // uPlot wants one axis for all: curves lack the points that only others have.
    const joined = uPlot.join(frame.lines.map(([x, heights]) => [x, heights]))
    this.plot.batch(() => {
      this.plot.setData(joined, false)
      this.plot.setScale('x', { ...frame.view })
      this.plot.setScale('y', { ...frame.y })
    })
  }

  destroy(): void {
    this.plot.destroy()
  }

  private readColours(): string[] {
    const style = getComputedStyle(this.host)
    return this.styles.map(({ token }) => style.getPropertyValue(token).trim())
  }

  private options(): uPlot.Options {
    const { host, events } = this
    return {
      ...chartBase({
        ...{ host, events },
        look: () => ({ palette: this.palette, along: this.along, log: this.log }),
      }),
      series: [
        {},
        ...this.styles.map(({ width, dash }, i) => ({
          spanGaps: true,
          width,
          dash,
          stroke: () => this.colours[i] ?? '',
          points: { show: false },
        })),
      ],
    }
  }
}
