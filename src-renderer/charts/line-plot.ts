import uPlot from 'uplot'
import { readPalette } from './palette.ts'
import type { Palette } from './palette.ts'
import { plotOptions } from './plot-options.ts'
import type { PlotEvents } from './plot-options.ts'
import type { Frame, Shown } from './series-frame.ts'

/** How the line of a series is drawn. */
export interface LineStyle {
  /** Name of the colour's token. */
  token: string
  dash: number[]
  width: number
}

interface LinePlotOptions {
  styles: LineStyle[]
  /** Draws the raw values, faint, under the smoothed ones. */
  raw: boolean
  events: PlotEvents
}

const rawOpacity = 0.28

/** Draws the lines of a frame by uPlot; ranges, decimation and log heights come with each frame. */
export class LinePlot {
  private readonly host: HTMLElement
  private readonly options: LinePlotOptions
  private readonly plot: uPlot
  private readonly dots: HTMLElement[]
  private palette: Palette
  private shown: Pick<Shown, 'axis' | 'log'> = { axis: 'step', log: false }
  /** Points of each line of the last frame. */
  private counts: number[] = []

  constructor(host: HTMLElement, options: LinePlotOptions) {
    this.host = host
    this.options = options
    this.palette = this.readPalette()
    const series = this.series()
    this.plot = new uPlot({ ...this.plotOptions(), series }, [[], ...series.slice(1).map(() => [])], host)
    this.dots = options.styles.map(({ token }) => this.addDot(token))
  }

  /** The element that receives pointer events. */
  get over(): HTMLElement {
    return this.plot.over
  }

  /** Where the plot is in its host, in CSS pixels. */
  get box(): { left: number; top: number; width: number; height: number } {
    const { offsetLeft: left, offsetTop: top, clientWidth: width, clientHeight: height } = this.plot.over
    return { left, top, width, height }
  }

  /** Width of the plot in device pixels. */
  get pixels(): number {
    return Math.max(1, Math.round(this.plot.bbox.width))
  }

  /** Fits the plot to its host. */
  resize(): void {
    this.plot.setSize({ width: this.host.clientWidth, height: this.host.clientHeight })
  }

  /** Reads the colours again. */
  recolour(): void {
    this.palette = this.readPalette()
    this.plot.redraw(false)
  }

  draw(frame: Frame, shown: Pick<Shown, 'axis' | 'log'>): void {
    this.shown = shown
    this.counts = frame.lines.map(({ x }) => x.length)
    // uPlot takes one x axis for all lines: each has gaps where only others have points.
    const joined = uPlot.join(frame.lines.map(({ x, columns }) => [x, ...columns]))
    this.plot.batch(() => {
      this.plot.setData(joined, false)
      this.plot.setScale('x', { ...frame.view })
      this.plot.setScale('y', { ...frame.y })
    })
  }

  /** Places the dot of each series on a point of its line; hides those without a point. */
  mark(points: readonly { x: number; height: number }[]): void {
    this.dots.forEach((dot, i) => {
      const { x, height } = points[i] ?? { x: NaN, height: NaN }
      dot.hidden = !Number.isFinite(x) || !Number.isFinite(height)
      if (dot.hidden) return
      const [left, top] = [this.plot.valToPos(x, 'x'), this.plot.valToPos(height, 'y')]
      dot.style.transform = `translate(${left}px, ${top}px)`
    })
  }

  /** Draws the crosshair at a value, without telling of it; null hides it. */
  point(x: number | null): void {
    const { min = 0, max = 0 } = this.plot.scales['x'] ?? {}
    const isShown = x !== null && x >= min && x <= max
    this.plot.setCursor({ left: isShown ? this.plot.valToPos(x, 'x') : -10, top: isShown ? 0 : -10 }, false)
  }

  destroy(): void {
    this.plot.destroy()
  }

  private readPalette(): Palette {
    return readPalette(
      this.host,
      this.options.styles.map(({ token }) => token),
    )
  }

  private plotOptions(): Omit<uPlot.Options, 'series'> {
    const { host, options } = this
    return plotOptions({
      ...{ host, events: options.events },
      look: () => ({ palette: this.palette, ...this.shown }),
    })
  }

  private series(): uPlot.Series[] {
    const { styles, raw } = this.options
    const lines = styles.map(({ width, dash }, i): uPlot.Series[] => {
      const stroke = () => this.palette.series[i] ?? ''
      const line = { spanGaps: true, stroke, dash }
      return [
        ...(raw ? [{ ...line, width: 1, alpha: rawOpacity, points: { show: false } }] : []),
        // A single point has no line that would show it.
        { ...line, width, points: { show: () => this.counts[i] === 1, size: 6, fill: stroke } },
      ]
    })
    return [{}, ...lines.flat()]
  }

  private addDot(token: string): HTMLElement {
    const dot = document.createElement('div')
    dot.className = 'dot'
    dot.hidden = true
    dot.style.background = `var(${token})`
    this.plot.over.append(dot)
    return dot
  }
}
