import { adaptiveSolver } from '#contract/drawing.ts'
import type { Drawing } from '#contract/drawing.ts'
import { FlowerbedError } from '#contract/errors.ts'
import { adaptiveSteps } from '../flow/adaptive.ts'
import type { AdaptiveCalls, TakenStep } from '../flow/adaptive.ts'
import { tableaus } from '../flow/solver.ts'
import { timeGrid } from '../flow/time-grid.ts'

/** What integrating asks of the network, on flat values of one chunk of pictures. */
export interface SolverCalls extends AdaptiveCalls {
  /** One step of a fixed solver. */
  step: (x: Float32Array, at: { t: number; dt: number }) => Float32Array
}

interface Way {
  calls: SolverCalls
  x: Float32Array
  /** How many of the chunk's pictures are wanted; the rest is padding. */
  pictures: number
  drawing: Drawing
  from: number
  to: number
}

/** Rounding of times that were added up. */
const sameTime = 1e-9

/**
 * One chunk's way from `from` to `to`. `frames` are handed over at equally spaced times, ends included; those between
 * two steps by a shorter step from the earlier, so that asking for them leaves the drawing as it is.
 * @throws FlowerbedError `bad-input` when `dopri5` does not get there within its tolerance
 */
export async function integrate(
  options: Way & {
    frames?: { count: number; take: (frame: number, x: Float32Array) => void } | undefined
    onStep?: ((share: number) => Promise<void> | void) | undefined
  },
): Promise<{ x: Float32Array; evaluations: number; steps: number }> {
  const { from, to, drawing, frames, onStep } = options
  let { x } = options
  let [evaluations, steps, share, frame] = [0, 0, 0, 1]
  frames?.take(0, x)
  for (const step of drawing.solver === adaptiveSolver ? adaptive(options) : fixed(options)) {
    evaluations += step.evaluations
    if (step.dt !== 0) steps++
    share = (step.t + step.dt - from) / (to - from)
    for (; frames && frame < frames.count - 1; frame++) {
      const due = frame / (frames.count - 1)
      if (due > share + sameTime) break
      const onEnd = due > share - sameTime
      frames.take(frame, onEnd ? step.next : step.advance(from + due * (to - from) - step.t))
    }
    x = step.next
    await onStep?.(share)
  }
  if (share < 1 - sameTime) throw notWithin(drawing)
  frames?.take(frames.count - 1, x)
  return { x, evaluations, steps }
}

function* fixed({ calls, drawing, from, to, ...start }: Way): Generator<TakenStep> {
  const { solver, steps, timeGrid: grid, gridShift: shift } = drawing
  const evaluations = tableaus[solver].c.length
  let { x } = start
  for (const { t, dt } of timeGrid({ steps, from, to, grid, shift })) {
    const before = x
    const next = calls.step(before, { t, dt })
    yield { t, dt, x: before, next, evaluations, advance: (part) => calls.step(before, { t, dt: part }) }
    x = next
  }
}

function adaptive({ calls, x, pictures, drawing, from, to }: Way): Generator<TakenStep> {
  return adaptiveSteps({ calls, x, pictures, from, to, tolerance: drawing.tolerance })
}

function notWithin({ tolerance }: Drawing): FlowerbedError {
  return new FlowerbedError('bad-input', `The drawing cannot be kept within a tolerance of ${tolerance}.`, {
    where: 'tolerance',
    hint: 'Allow more, or draw with a solver whose steps are given, such as heun.',
  })
}
