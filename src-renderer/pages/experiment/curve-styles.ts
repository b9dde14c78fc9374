import type { LineStyle } from '../../charts/line-plot.ts'

/** How the curve of each system is drawn: a colour and, as a second cue, a dash. The default preset’s is solid and thicker. */
export type CurveStyle = LineStyle

const dashes = [[], [7, 3], [2, 3], [9, 3, 2, 3], [14, 4]]

/** The style of the run at an index of an experiment’s order; `isDefault` for that of the default preset. */
export function curveStyle(index: number, isDefault: boolean): CurveStyle {
  if (isDefault) return { token: '--curve-6', dash: [], width: 2.5 }
  const nth = index % dashes.length
  return { token: `--curve-${nth + 1}`, dash: dashes[nth] ?? [], width: 2 }
}
