import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { SolverName } from '#contract/drawing.ts'
import type { Program, ProgramSpec, TensorSpec, Tensors } from '../compile/program.ts'
import { embeddedStep, solverStep, tableaus } from '../flow/solver.ts'
import type { Slope } from '../flow/solver.ts'
import type { System } from '../flow/system.ts'
import type { SolverCalls } from './integrate.ts'

/** What all programs of one chunk size have in common: the weights as state, pictures `x` as a feed. */
export type ProgramBase = Pick<ProgramSpec, 'state' | 'feeds'>

const scalar: TensorSpec = { shape: [], dtype: 'float32' }
const one = (value: number) => Float32Array.of(value)

/** A solver's calls as programs over a system's weights; `program` keeps each by its name. */
export function solverCalls(options: {
  system: System
  base: ProgramBase
  solver: SolverName
  tolerance: number
  program: (name: string, make: () => ProgramSpec) => Program
}): SolverCalls {
  const { system, base, solver, tolerance, program } = options
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
    step: (x, { t, dt }) => {
      const made = program(solver, () =>
        spec(solver, { feeds: { t: scalar, dt: scalar }, fetch: step(solver) }),
      )
      return made.run({ x, t: one(t), dt: one(dt) })['x'] as Float32Array
    },
    slope: (x, t) => {
      const made = program('slope', () => spec('slope', { feeds: { t: scalar }, fetch: slopeThere }))
      return made.run({ x, t: one(t) })['slope'] as Float32Array
    },
    attempt: ({ x, first, t, dt }) => {
      const feeds = { first: base.feeds['x'] as TensorSpec, t: scalar, dt: scalar, tolerance: scalar }
      const made = program('attempt', () => spec('attempt', { feeds, fetch: attempt }))
      const answer = made.run({ x, first, t: one(t), dt: one(dt), tolerance: one(tolerance) })
      return answer as ReturnType<SolverCalls['attempt']>
    },
  }
}

const step = (solver: SolverName) => (slope: Slope, feeds: Tensors) => {
  const { x, t, dt } = feeds as { x: Tensor4D; t: Tensor; dt: Tensor }
  return { x: solverStep({ tableau: tableaus[solver], slope, x, t, dt }) }
}

function slopeThere(slope: Slope, feeds: Tensors): Tensors {
  const { x, t } = feeds as { x: Tensor4D; t: Tensor }
  return { slope: slope(x, tf.tile(t.reshape([1]), [x.shape[0]])) }
}

function attempt(slope: Slope, feeds: Tensors): Tensors {
  const { x, first, t, dt, tolerance } = feeds as Record<'x' | 'first', Tensor4D> &
    Record<'t' | 'dt' | 'tolerance', Tensor>
  return { ...embeddedStep({ slope, x, first, t, dt, tolerance }) }
}
