import { adaptiveSolver } from '#shared/schemas/sampling.ts'
import type { Sampling } from '#shared/schemas/sampling.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { adaptiveSteps } from '../model/flow/adaptive-steps.ts'
import type { AdaptiveCalls } from '../model/flow/adaptive-steps.ts'
import { tableaus } from '../model/flow/solver.ts'
import { timeGrid } from '../model/flow/time-grid.ts'
import type { TimeBudget } from './time-budget.ts'

/** A fixed solver's part: one chunk of images that stays on the device from step to step. */
export interface FixedCalls {
  put: (x: Float32Array) => void
  get: () => Float32Array
  /** Takes steps one after the other, in one native call where that is possible. */
  steps: (steps: Step[]) => void
}

/** What integrating asks of the network, on flat values of one chunk of images. */
export interface SolverCalls extends AdaptiveCalls {
  fixed: FixedCalls
  /** How many fixed steps go into one call. */
  slices: TimeBudget
}

export interface Step {
  t: number
  dt: number
}

interface Trajectory {
  calls: SolverCalls
  x: Float32Array
  /** How many of the chunk's images are wanted; the rest is padding. */
  images: number
  sampling: Sampling
  from: number
  to: number
  frames?: Frames | undefined
  /** Called after each slice of fixed steps, or each adaptive one. */
  onStep?: ((share: number) => Promise<void> | void) | undefined
}

interface Frames {
  count: number
  take: (frame: number, x: Float32Array) => void
}

interface IntegrationResult {
  x: Float32Array
  evaluations: number
  steps: number
}

/** Rounding of times that were added up. */
const sameTime = 1e-9

/**
 * One chunk's way from `from` to `to`. `frames` are handed over at equally spaced times, ends included; those between
 * two steps by a shorter step from the earlier, so that asking for them leaves the sampling as it is.
 * @throws FlowerbedError `bad-input` when `dopri5` does not get there within its tolerance
 */
export function integrate(way: Trajectory): Promise<IntegrationResult> {
  return way.sampling.solver === adaptiveSolver ? adaptive(way) : fixed(way)
}

async function fixed({
  calls,
  x,
  sampling,
  from,
  to,
  frames,
  onStep,
}: Trajectory): Promise<IntegrationResult> {
  const { fixed: solver, slices } = calls
  const { solver: name, steps, timeGrid: grid, gridShift: shift } = sampling
  const way = timeGrid({ steps, from, to, grid, shift })
  const stops = frames ? stopsOf(way, { from, to, count: frames.count }) : []
  solver.put(x)
  for (let done = 0; ;) {
    for (; stops[0]?.step === done; stops.shift()) frames?.take(stops[0].frame, there(solver, stops[0].aside))
    if (done === steps) break
    const next = done + slices.size((stops[0]?.step ?? steps) - done)
    slices.measure(next - done, () => solver.steps(way.slice(done, next)))
    done = next
    await onStep?.(done / steps)
  }
  return { x: solver.get(), evaluations: steps * tableaus[name].c.length, steps }
}

/** A frame that is due when so many steps have been taken, or some way on from there. */
interface Stop {
  frame: number
  step: number
  aside: Step | null
}

function stopsOf(way: Step[], { from, to, count }: { from: number; to: number; count: number }): Stop[] {
  const shareAt = (i: number) => ((way[i]?.t ?? to) - from) / (to - from)
  return Array.from({ length: count }, (_, frame) => {
    const due = frame / (count - 1)
    let step = 0
    while (step < way.length && shareAt(step + 1) < due + sameTime) step++
    if (due < shareAt(step) + sameTime) return { frame, step, aside: null }
    const t = way[step]?.t ?? to
    return { frame, step, aside: { t, dt: from + due * (to - from) - t } }
  })
}

/** x where it is, or after a step aside that is taken back. */
function there(solver: FixedCalls, aside: Step | null): Float32Array {
  const x = solver.get()
  if (!aside) return x
  solver.steps([aside])
  const moved = solver.get()
  solver.put(x)
  return moved
}

async function adaptive({
  calls,
  images,
  sampling,
  from,
  to,
  frames,
  onStep,
  ...start
}: Trajectory): Promise<IntegrationResult> {
  const { tolerance } = sampling
  let { x } = start
  let [evaluations, steps, share, frame] = [0, 0, 0, 1]
  frames?.take(0, x)
  for (const step of adaptiveSteps({ calls, x, images, from, to, tolerance })) {
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
  if (share < 1 - sameTime) throw notWithin(sampling)
  frames?.take(frames.count - 1, x)
  return { x, evaluations, steps }
}

function notWithin({ tolerance }: Sampling): FlowerbedError {
  return new FlowerbedError('bad-input', `The sampling cannot be kept within a tolerance of ${tolerance}.`, {
    where: 'tolerance',
    hint: 'Allow more, or draw with a solver whose steps are given, such as heun.',
  })
}
