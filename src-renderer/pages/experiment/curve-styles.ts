import type { LineStyle } from '../../charts/line-plot.ts'

/** How the curve of each system is drawn: a colour and, as a second cue, a dash. Ours is solid, in ink, and stronger. */
export type CurveStyle = LineStyle

const dashes = [[], [7, 3], [2, 3], [9, 3, 2, 3], [14, 4]]

/** The look of the run at a place of an experiment's order; `own` for our system. */
export function curveStyle(place: number, own: boolean): CurveStyle {
  if (own) return { token: '--curve-6', dash: [], width: 2.5 }
  const at = place % dashes.length
  return { token: `--curve-${at + 1}`, dash: dashes[at] ?? [], width: 2 }
}
