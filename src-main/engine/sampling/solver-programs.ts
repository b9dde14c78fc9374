import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { SolverName } from '#shared/schemas/sampling.ts'
import type { Program, ProgramSpec, TensorSpec, Tensors } from '../graph/program.ts'
import { embeddedStep, solverStep, tableaus } from '../model/flow/solver.ts'
import type { Slope } from '../model/flow/solver.ts'
import type { System } from '../model/flow/system.ts'
import type { FixedCalls, SolverCalls } from './integrate.ts'
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
  solver: SolverName
  tolerance: number
  budget: TimeBudget
  program: (name: string, make: () => ProgramSpec, iterations?: number) => Program
}): SolverCalls {
  const { system, base, solver, tolerance, budget, program } = options
  const spec = (
    name: string,
    more: { feeds: Record<string, TensorSpec>; fetch: (slope: Slope, feeds: Tensors) => Tensors },
  ): ProgramSpec => ({
    ...base,
    name,
    feeds: { ...base.feeds, ...more.feeds },
    body: (weights, feeds) => ({
      fetches: more.fetch((x, t) => system.velocity(weights, x, t), feeds),
      next: {},
    }),
  })
  return {
    budget,
    fixed: fixedCalls(() => program(solver, () => stepProgram({ system, base, solver }), maxStepsPerCall)),
    slope: (x, t) => {
      const made = program('slope', () => spec('slope', { feeds: { t: scalar }, fetch: slopeAt }))
      return made.run({ x, t: one(t) })['slope'] as Float32Array
    },
    attempt: ({ x, first, t, dt }) => {
      const feeds = { first: base.feeds.x, t: scalar, dt: scalar, tolerance: scalar }
      const made = program('attempt', () => spec('attempt', { feeds, fetch: attempt }))
      const result = made.run({ x, first, t: one(t), dt: one(dt), tolerance: one(tolerance) })
      return result as ReturnType<SolverCalls['attempt']>
    },
  }
}

/** One solver step over images `x` that are state, so that steps can follow one another on the device. */
export function stepProgram(options: { system: System; base: ProgramBase; solver: SolverName }): ProgramSpec {
  const { system, base, solver } = options
  return {
    name: solver,
    state: { ...base.state, ...base.feeds },
    feeds: { t: scalar, dt: scalar },
    body: ({ x, ...weights }, { t, dt }) => ({
      fetches: {},
      next: {
        x: solverStep({
          ...{ tableau: tableaus[solver], x: x as Tensor4D, t: t as Tensor, dt: dt as Tensor },
          slope: (at, time) => system.velocity(weights, at, time),
        }),
      },
    }),
  }
}

function fixedCalls(program: () => Program): FixedCalls {
  return {
    put: (x) => program().write({ x }),
    get: () => program().read(['x'])['x'] as Float32Array,
    steps: (steps) => {
      program().runMany(steps.map(({ t, dt }) => ({ t: one(t), dt: one(dt) })))
    },
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
