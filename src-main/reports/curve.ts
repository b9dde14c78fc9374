import type { MetricSeries } from '#shared/schemas/run.ts'

/** A metric at a step. */
export interface CurvePoint {
  step: number
  seconds: number
  value: number
}

/** Points of a curve in a report. */
const mostPoints = 200

/** A metric by step, averaged to a few points; without the steps that lack it. */
export function curveOf({ steps, seconds, values }: MetricSeries, metric: string): CurvePoint[] {
  const column = values[metric]
  if (!column) return []
  const points: CurvePoint[] = []
  column.forEach((value, i) => {
    if (Number.isFinite(value)) points.push({ step: steps[i] ?? 0, seconds: seconds[i] ?? 0, value })
  })
  const stride = Math.max(1, Math.ceil(points.length / mostPoints))
  return Array.from({ length: Math.ceil(points.length / stride) }, (_, i) => {
    const part = points.slice(i * stride, (i + 1) * stride)
    const value = part.reduce((sum, point) => sum + point.value, 0) / part.length
    return { step: part[0]?.step ?? 0, seconds: part[0]?.seconds ?? 0, value }
  })
}

/**
 * The mean of several curves, each read between its points along a straight line, as far as all of them reach.
 * @param axis what the curves are averaged by
 */
export function meanCurve(
  curves: readonly CurvePoint[][],
  axis: 'step' | 'seconds',
): { x: number; y: number }[] {
  const given = curves.filter((curve) => curve.length > 0)
  if (given.length === 0) return []
  const first = Math.max(...given.map((curve) => curve[0]?.[axis] ?? 0))
  const last = Math.min(...given.map((curve) => curve.at(-1)?.[axis] ?? 0))
  const longest = Math.max(...given.map((curve) => curve.length))
  const intervals = last > first ? Math.max(1, longest - 1) : 0
  return Array.from({ length: intervals + 1 }, (_, i) => {
    const x = intervals === 0 ? last : first + ((last - first) * i) / intervals
    const sum = given.reduce((all, curve) => all + valueAt(curve, axis, x), 0)
    return { x, y: sum / given.length }
  })
}

function valueAt(curve: readonly CurvePoint[], axis: 'step' | 'seconds', x: number): number {
  const after = curve.findIndex((point) => point[axis] >= x)
  const right = after < 0 ? curve.at(-1) : curve[after]
  const left = curve[after - 1]
  if (!right) return NaN
  if (!left || right[axis] <= x) return right.value
  const share = (x - left[axis]) / (right[axis] - left[axis])
  return left.value + share * (right.value - left.value)
}
