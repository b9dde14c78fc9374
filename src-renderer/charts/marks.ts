import type { View } from '#shared/plot/view.ts'
import { axisOf } from './series-frame.ts'
import type { XAxis } from './series-frame.ts'
import { lowerBound } from './search.ts'
import type { SeriesStore } from './series-store.ts'

/** What happened at a step, to be marked on the axis. */
export interface StepMark {
  step: number
  text: string
  /** A checkpoint is weak: there are many, and a tick is enough for them. */
  strong: boolean
  /** A name for its look. */
  kind: string
}

/** A mark at a position of the axis. */
export interface PlacedMark extends StepMark {
  x: number
}

/** Marks on an axis; what was before the first point of the series stands there. */
export function placeMarks(
  marks: readonly StepMark[],
  { store, axis }: { store: SeriesStore; axis: XAxis },
): PlacedMark[] {
  const { steps, length } = store
  if (length === 0) return []
  const x = axisOf(store, axis)
  return marks.map((mark) => {
    const at = Math.min(lowerBound(steps, mark.step), length - 1)
    // Between points too, a step is its own position on the axis of steps.
    const isBetween = axis === 'step' && mark.step >= (steps[0] ?? 0)
    return { ...mark, x: isBetween ? mark.step : (x[at] ?? 0) }
  })
}

/** Marks that stand closer together than can be told apart. */
export interface MarkGroup {
  /** Pixels from the left of the plot. */
  left: number
  marks: PlacedMark[]
}

/** Where the plot is in its host, in CSS pixels, and what part of the axis it shows. */
export interface PlotArea {
  left: number
  top: number
  width: number
  height: number
  view: View
}

const closest = 14

/** The marks within the view, those of neighbouring pixels together. */
export function groupMarks(marks: readonly PlacedMark[], { width, view }: PlotArea): MarkGroup[] {
  const groups: MarkGroup[] = []
  const shown = marks
    .filter(({ x }) => x >= view.min && x <= view.max)
    .map((mark) => ({ mark, left: (width * (mark.x - view.min)) / (view.max - view.min) }))
    .sort((a, b) => a.left - b.left)
  for (const { mark, left } of shown) {
    const last = groups.at(-1)
    if (last && left - last.left < closest) last.marks.push(mark)
    else groups.push({ left, marks: [mark] })
  }
  return groups
}
