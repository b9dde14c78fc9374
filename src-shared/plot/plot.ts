import type { View } from '#shared/plot/view.ts'

/** A curve of a plot; its points are positions on the axes, on a log scale powers of ten. */
export interface PlotLine {
  /** Its name in the legend; null for a line that the legend leaves out. */
  title: string | null
  /** The legend leaves it out, though it has a name. */
  unlisted?: boolean
  /** Any colour of CSS. */
  colour: string
  dash: readonly number[]
  width: number
  opacity?: number
  points: readonly { x: number; y: number }[]
}

/** What happened at a position of the x axis. */
export interface PlotMark {
  x: number
  text: string
  /** With a line through the plot; others have a tick on the axis alone. */
  strong: boolean
}

/** What a plot shows. */
export interface Plot {
  /** The same of no other plot on a page. */
  id: string
  width: number
  height: number
  /** Above the plot; empty for none. */
  title: string
  /** What it shows, for those who do not see it. */
  label: string
  lines: readonly PlotLine[]
  marks: readonly PlotMark[]
  view: View
  y: View
  log: boolean
  axis: 'step' | 'time'
  /** Any colours of CSS; `paper` null leaves the background out. */
  colours: { paper: string | null; ink: string; ink2: string; line: string }
}
