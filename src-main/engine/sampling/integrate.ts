import { adaptiveSolver } from '#shared/schemas/sampling.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { adaptiveSteps } from '../model/flow/adaptive-steps.ts'
import type { AdaptiveCalls } from '../model/flow/adaptive-steps.ts'
import { timeGrid } from '../model/flow/time-grid.ts'
import type { KnownSampling } from './known-sampling.ts'
import type { TimeBudget } from './time-budget.ts'

/** Calls of a fixed-step solver on one chunk of images, which stays on the device between the steps. */
export interface FixedCalls {
  put: (x: Float32Array) => void
  get: () => Float32Array
  /** The numbers that the solver needs of each of consecutive steps. */
  plan: (steps: Step[]) => StepNumbers[]
  /** Takes steps one after the other, in one native call where possible. */
  steps: (steps: StepNumbers[]) => void
  /** The values after a step that is undone afterwards. */
  valuesAfter: (step: StepNumbers) => Float32Array
  /** Network evaluations of a step. */
  evaluationsPerStep: number
}

/** A solver's numbers of a step, by the names of its program's feeds. */
export type StepNumbers = Record<string, number>

/** The network's calls that integration needs, on flat values of one chunk of images. */
export interface SolverCalls extends AdaptiveCalls {
  fixed: FixedCalls
  /** Chooses how many fixed steps are taken in one call. */
  budget: TimeBudget
}

export interface Step {
  t: number
  dt: number
}

interface Integration {
  calls: SolverCalls
  x: Float32Array
  /** How many of the chunk's images are real; the rest is padding. */
  images: number
  sampling: KnownSampling
  from: number
  to: number
  frames?: Frames | undefined
  /** Is given every state: the values before the first step and after each, with their time. */
  states?: ((t: number, x: Float32Array) => void) | undefined
  /** Called after each group of fixed steps, or each adaptive step, with the share of the trajectory done. */
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

/** Tolerance for the rounding of summed times. */
const sameTime = 1e-9

/**
 * Integrates one chunk from time `from` to time `to`. `frames` are taken at equally spaced times, both ends included; those
 * between two steps by a shorter step from the earlier one, so that they do not change the result.
 * @throws FlowerbedError `bad-input` when `dopri5` cannot reach the end within its tolerance
 */
export function integrate(options: Integration): Promise<IntegrationResult> {
  return options.sampling.solver === adaptiveSolver ? integrateAdaptive(options) : integrateFixed(options)
}

async function integrateFixed({
  calls,
  x,
  sampling,
  from,
  to,
  frames,
  states,
  onStep,
}: Integration): Promise<IntegrationResult> {
  const { fixed: solver, budget } = calls
  const { steps, timeGrid: grid, gridShift: shift, gridRho: rho } = sampling
  const gridSteps = timeGrid({ steps, from, to, grid, shift, rho })
  const plan = solver.plan(gridSteps)
  const due = frames ? frameTimes(gridSteps, { from, to, count: frames.count }) : []
  solver.put(x)
  for (let done = 0; ;) {
    for (; due[0]?.step === done; due.shift()) frames?.take(due[0].frame, valuesAt(solver, gridSteps, due[0]))
    states?.(gridSteps[done]?.t ?? to, solver.get())
    if (done === steps) break
    const next = done + (states ? 1 : budget.size((due[0]?.step ?? steps) - done))
    budget.measure(next - done, () => solver.steps(plan.slice(done, next)))
    done = next
    await onStep?.(done / steps)
  }
  return { x: solver.get(), evaluations: steps * solver.evaluationsPerStep, steps }
}

/** A frame that is due after `step` steps, or a part of a step later. */
interface FrameTime {
  frame: number
  step: number
  partialStep: Step | null
}

function frameTimes(
  steps: Step[],
  { from, to, count }: { from: number; to: number; count: number },
): FrameTime[] {
  const shareAt = (i: number) => ((steps[i]?.t ?? to) - from) / (to - from)
  return Array.from({ length: count }, (_, frame) => {
    const due = frame / (count - 1)
    let step = 0
    while (step < steps.length && shareAt(step + 1) < due + sameTime) step++
    if (due < shareAt(step) + sameTime) return { frame, step, partialStep: null }
    const t = steps[step]?.t ?? to
    return { frame, step, partialStep: { t, dt: from + due * (to - from) - t } }
  })
}

/** The values of a frame that is due now. */
function valuesAt(solver: FixedCalls, steps: Step[], { step, partialStep }: FrameTime): Float32Array {
  if (!partialStep) return solver.get()
  const numbers = solver.plan([...steps.slice(0, step), partialStep]).at(-1)
  return solver.valuesAfter(numbers as StepNumbers)
}

async function integrateAdaptive({
  calls,
  images,
  sampling,
  from,
  to,
  frames,
  states,
  onStep,
  ...start
}: Integration): Promise<IntegrationResult> {
  const { tolerance } = sampling
  let { x } = start
  let [evaluations, steps, share, frame] = [0, 0, 0, 1]
  frames?.take(0, x)
  states?.(from, x)
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
    if (step.dt !== 0) states?.(step.t + step.dt, x)
    await onStep?.(share)
  }
  if (share < 1 - sameTime) throw toleranceNotMet(sampling)
  frames?.take(frames.count - 1, x)
  return { x, evaluations, steps }
}

function toleranceNotMet({ tolerance }: KnownSampling): FlowerbedError {
  return new FlowerbedError('bad-input', errorText('sampling.toleranceTooSmall', { tolerance }), {
    where: 'tolerance',
  })
}
