import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { evaluationsPerStep, multistepSolver } from '#shared/schemas/sampling.ts'
import type { SolverName } from '#shared/schemas/sampling.ts'
import type { Program, ProgramSpec, TensorSpec, Tensors } from '../graph/program.ts'
import { multistepNumberNames, multistepNumbers, multistepStep } from '../model/flow/multistep.ts'
import type { MultistepNumbers } from '../model/flow/multistep.ts'
import { guidedSlope } from '../model/flow/guidance.ts'
import { embeddedStep, solverStep, tableaus } from '../model/flow/solver.ts'
import type { Slope } from '../model/flow/solver.ts'
import type { System } from '../model/flow/system.ts'
import { guideParameters, strengthName } from './guide-state.ts'
import type { FixedCalls, SolverCalls, StepNumbers } from './integrate.ts'
import type { ProgramBase } from './model-programs.ts'
import type { TimeBudget } from './time-budget.ts'

const scalar: TensorSpec = { shape: [], dtype: 'float32' }
const one = (value: number) => Float32Array.of(value)

/** Most steps in one call. */
const maxStepsPerCall = 1000

/** A solver's calls as programs over a system's weights; `program` caches each by its name. */
export function solverCalls(options: {
  system: System
  base: ProgramBase
  /** The codes and labels of the chunk's images, flat; absent in a system without. */
  conditions: { code?: Float32Array; label?: Float32Array }
  solver: SolverName
  tolerance: number
  budget: TimeBudget
  program: (name: string, make: () => ProgramSpec, iterations?: number) => Program
}): SolverCalls {
  const { system, base, conditions, solver, tolerance, budget, program } = options
  const spec = (
    name: string,
    more: { feeds: Record<string, TensorSpec>; fetch: (slope: Slope, feeds: Tensors) => Tensors },
  ): ProgramSpec => ({
    ...base,
    name,
    feeds: { ...base.feeds, ...more.feeds },
    body: (weights, feeds) => ({
      fetches: more.fetch(slopeOf(system, weights, feeds), feeds),
      next: {},
    }),
  })
  return {
    budget,
    fixed: fixedCalls(
      () => program(solver, () => stepProgram({ system, base, solver }), maxStepsPerCall),
      solver,
      conditions,
    ),
    slope: (x, t) => {
      const made = program('slope', () => spec('slope', { feeds: { t: scalar }, fetch: slopeAt }))
      return made.run({ x, ...conditions, t: one(t) })['slope'] as Float32Array
    },
    attempt: ({ x, first, t, dt }) => {
      const feeds = { first: base.feeds.x, t: scalar, dt: scalar, tolerance: scalar }
      const made = program('attempt', () => spec('attempt', { feeds, fetch: attempt }))
      const times = { t: one(t), dt: one(dt), tolerance: one(tolerance) }
      return made.run({ x, ...conditions, first, ...times }) as ReturnType<SolverCalls['attempt']>
    },
  }
}

/**
 * The velocity of the weights. Where a program's state has the strength of guidance, it is guided by the weaker model's
 * weights, or without those by the velocity without a label (Ho and Salimans 2022, equation 6).
 */
function slopeOf(system: System, weights: Tensors, { code, label }: Conditions): Slope {
  const velocityOf =
    (parameters: Tensors, of: Tensor | undefined): Slope =>
    (xT, t) =>
      system.velocity(parameters, {
        ...{ xT, t, code: (code as Tensor2D | undefined) ?? null, label: of as Tensor1D | undefined },
      })
  const strength = weights[strengthName]
  const strong = velocityOf(weights, label)
  if (!strength) return strong
  const guide = guideParameters(weights)
  const weak = guide ? velocityOf(guide, label) : velocityOf(weights, undefined)
  return guidedSlope({ strong, weak, strength })
}

/** What the velocity of a chunk is conditioned on, by the names of feeds or state. */
interface Conditions {
  code?: Tensor | undefined
  label?: Tensor | undefined
}

/**
 * One solver step over images `x` that are state, so that steps can follow one another on the device; their codes and
 * labels are state too, and for `dpm2m` what the last step predicted.
 */
export function stepProgram(options: { system: System; base: ProgramBase; solver: SolverName }): ProgramSpec {
  const { system, base, solver } = options
  if (solver === multistepSolver) {
    return {
      name: solver,
      precision: base.precision,
      fastConvolutions: base.fastConvolutions,
      state: { ...base.state, ...base.feeds, last: base.feeds.x },
      feeds: Object.fromEntries(multistepNumberNames.map((name) => [name, scalar])),
      body: ({ x, last, code, label, ...weights }, numbers) => ({
        fetches: {},
        next: multistepStep({
          ...{ x: x as Tensor4D, last: last as Tensor4D, slope: slopeOf(system, weights, { code, label }) },
          numbers: numbers as Record<keyof MultistepNumbers, Tensor>,
        }),
      }),
    }
  }
  return {
    name: solver,
    precision: base.precision,
    fastConvolutions: base.fastConvolutions,
    state: { ...base.state, ...base.feeds },
    feeds: { t: scalar, dt: scalar },
    body: ({ x, code, label, ...weights }, { t, dt }) => ({
      fetches: {},
      next: {
        x: solverStep({
          ...{ tableau: tableaus[solver], x: x as Tensor4D, t: t as Tensor, dt: dt as Tensor },
          slope: slopeOf(system, weights, { code, label }),
        }),
      },
    }),
  }
}

/** The numbers that a solver's step program is fed for consecutive steps. */
export function planSteps(solver: SolverName, steps: { t: number; dt: number }[]): StepNumbers[] {
  return solver === multistepSolver
    ? multistepNumbers(steps).map((numbers) => ({ ...numbers }))
    : steps.map(({ t, dt }) => ({ t, dt }))
}

/** The numbers of a step as the feeds of its program. */
export const feedsOf = (numbers: StepNumbers) =>
  Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, one(value)]))

function fixedCalls(
  program: () => Program,
  solver: SolverName,
  conditions: { code?: Float32Array; label?: Float32Array },
): FixedCalls {
  const changing = solver === multistepSolver ? ['x', 'last'] : ['x']
  const get = () => program().read(['x'])['x'] as Float32Array
  return {
    put: (x) => program().write({ x, ...conditions }),
    get,
    plan: (steps) => planSteps(solver, steps),
    steps: (steps) => {
      program().runMany(steps.map(feedsOf))
    },
    valuesAfter: (step) => {
      const before = program().read(changing)
      program().run(feedsOf(step))
      const values = get()
      program().write(before)
      return values
    },
    evaluationsPerStep: evaluationsPerStep[solver],
  }
}

function slopeAt(slope: Slope, feeds: Tensors): Tensors {
  const { x, t } = feeds as { x: Tensor4D; t: Tensor }
  return { slope: slope(x, tf.tile(t.reshape([1]), [x.shape[0]])) }
}

function attempt(slope: Slope, feeds: Tensors): Tensors {
  const { x, first, t, dt, tolerance } = feeds as Record<'x' | 'first', Tensor4D> &
    Record<'t' | 'dt' | 'tolerance', Tensor>
  return { ...embeddedStep({ slope, x, first, t, dt, tolerance }) }
}
