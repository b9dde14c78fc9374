import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { multistepSolver } from '#shared/schemas/sampling.ts'
import type { SolverName } from '#shared/schemas/sampling.ts'
import type { Program, ProgramSpec, TensorSpec, Tensors } from '../graph/program.ts'
import { multistepNumberNames, multistepNumbers, multistepStep } from '../model/flow/multistep.ts'
import type { MultistepNumbers } from '../model/flow/multistep.ts'
import { guidedSlope } from '../model/flow/guidance.ts'
import { embeddedStep, solverStep, tableaus } from '../model/flow/solver.ts'
import type { Slope, TableauName } from '../model/flow/solver.ts'
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
  /** The codes of the chunk's images, flat; null for a system without. */
  code: Float32Array | null
  solver: SolverName
  tolerance: number
  budget: TimeBudget
  program: (name: string, make: () => ProgramSpec, iterations?: number) => Program
}): SolverCalls {
  const { system, base, code, solver, tolerance, budget, program } = options
  const codeFeed = code ? { code } : {}
  const spec = (
    name: string,
    more: { feeds: Record<string, TensorSpec>; fetch: (slope: Slope, feeds: Tensors) => Tensors },
  ): ProgramSpec => ({
    ...base,
    name,
    feeds: { ...base.feeds, ...more.feeds },
    body: (weights, feeds) => ({
      fetches: more.fetch(slopeOf(system, weights, feeds['code']), feeds),
      next: {},
    }),
  })
  return {
    budget,
    fixed: fixedCalls(
      () => program(solver, () => stepProgram({ system, base, solver }), maxStepsPerCall),
      solver,
      codeFeed,
    ),
    slope: (x, t) => {
      const made = program('slope', () => spec('slope', { feeds: { t: scalar }, fetch: slopeAt }))
      return made.run({ x, ...codeFeed, t: one(t) })['slope'] as Float32Array
    },
    attempt: ({ x, first, t, dt }) => {
      const feeds = { first: base.feeds.x, t: scalar, dt: scalar, tolerance: scalar }
      const made = program('attempt', () => spec('attempt', { feeds, fetch: attempt }))
      const times = { t: one(t), dt: one(dt), tolerance: one(tolerance) }
      return made.run({ x, ...codeFeed, first, ...times }) as ReturnType<SolverCalls['attempt']>
    },
  }
}

/** The velocity of the weights, guided where a program's state has the strength and the weaker model's weights. */
function slopeOf(system: System, weights: Tensors, code: Tensor | undefined): Slope {
  const velocityOf =
    (parameters: Tensors): Slope =>
    (xT, t) =>
      system.velocity(parameters, { xT, t, code: (code as Tensor2D | undefined) ?? null })
  const strength = weights[strengthName]
  const strong = velocityOf(weights)
  return strength ? guidedSlope({ strong, weak: velocityOf(guideParameters(weights)), strength }) : strong
}

/**
 * One solver step over images `x` that are state, so that steps can follow one another on the device; their codes are
 * state too, and for `dpm2m` what the last step predicted.
 */
export function stepProgram(options: { system: System; base: ProgramBase; solver: SolverName }): ProgramSpec {
  const { system, base, solver } = options
  if (solver === multistepSolver) {
    return {
      name: solver,
      precision: base.precision,
      state: { ...base.state, ...base.feeds, last: base.feeds.x },
      feeds: Object.fromEntries(multistepNumberNames.map((name) => [name, scalar])),
      body: ({ x, last, code, ...weights }, numbers) => ({
        fetches: {},
        next: multistepStep({
          ...{ x: x as Tensor4D, last: last as Tensor4D, slope: slopeOf(system, weights, code) },
          numbers: numbers as Record<keyof MultistepNumbers, Tensor>,
        }),
      }),
    }
  }
  return {
    name: solver,
    precision: base.precision,
    state: { ...base.state, ...base.feeds },
    feeds: { t: scalar, dt: scalar },
    body: ({ x, code, ...weights }, { t, dt }) => ({
      fetches: {},
      next: {
        x: solverStep({
          ...{ tableau: tableaus[solver], x: x as Tensor4D, t: t as Tensor, dt: dt as Tensor },
          slope: slopeOf(system, weights, code),
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
  codeState: { code?: Float32Array },
): FixedCalls {
  const changing = solver === multistepSolver ? ['x', 'last'] : ['x']
  const get = () => program().read(['x'])['x'] as Float32Array
  return {
    put: (x) => program().write({ x, ...codeState }),
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
    evaluationsPerStep: solver === multistepSolver ? 1 : tableaus[solver satisfies TableauName].c.length,
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
