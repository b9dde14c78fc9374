import type { LineStyle } from '../../charts/line-plot.ts'

/** How the curves of a variant look: a colour and, as a second cue, a dash. The default preset’s is solid and thicker. */
export type CurveStyle = LineStyle

const dashes = [[], [7, 3], [2, 3], [9, 3, 2, 3], [14, 4]]

/** The style of the variant at an index of an experiment’s order; `isDefault` for the ladder’s default preset. */
export function curveStyle(index: number, isDefault: boolean): CurveStyle {
  if (isDefault) return { token: '--curve-6', dash: [], width: 2.5 }
  const nth = index % dashes.length
  const round = Math.floor(index / dashes.length)
  // From the sixth on, a colour comes with another dash.
  return { token: `--curve-${nth + 1}`, dash: dashes[(nth + round) % dashes.length] ?? [], width: 2 }
}
