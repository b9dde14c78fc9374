import * as tf from '@tensorflow/tfjs-core'
import type { Tensor2D } from '@tensorflow/tfjs-core'
import { createProgram } from '../compile/create-program.ts'
import type { Program, ProgramSpec } from '../compile/program.ts'
import { trace } from '../compile/trace.ts'
import { flopsOf } from '../compile/work.ts'
import { uniformStream } from '../random.ts'
import { initialState, stepFeeds, stepProgram } from '../train/step-program.ts'
import type { BenchCase } from './networks.ts'

/** Something that can be timed a few calls at a time. */
export interface Timed {
  /** Milliseconds that one of `calls` calls took on average. */
  time: (calls: number) => number | Promise<number>
  dispose: () => void
}

/** How long a call took, and how long the processor was at work for it, both in milliseconds. */
export interface Timing {
  ms: number
  /** Of all cores together. Another program that takes its share of them changes this little. */
  processorMs: number
}

/** Times calls in this process, on the clock and by the processor. */
export async function timeBoth(timed: Timed, calls: number): Promise<Timing> {
  const before = process.cpuUsage()
  const ms = await timed.time(calls)
  const { user, system } = process.cpuUsage(before)
  return { ms, processorMs: (user + system) / 1000 / calls }
}

/** The training step of a case exactly as a run takes it, batch and all; and its arithmetic. */
export function timedStep(network: BenchCase): Timed & { gflop: number; parameters: number } {
  const { config, shape, system } = network
  const spec = stepProgram({ system, config, shape })
  const program = createProgram(spec, { mode: 'compiled' })
  program.write(initialState(system, config))
  const uniform = uniformStream(1, 0, 'noise')
  const x = Uint8Array.from({ length: config.batch * shape.height * shape.width * shape.channels }, () => 255 * uniform())
  let step = 0
  return {
    gflop: flopsOf(spec, trace(spec)) / 1e9,
    parameters: system.parameters.reduce((sum, parameter) => sum + tf.util.sizeFromShape(parameter.shape), 0),
    time: (calls) =>
      timed(calls, () => {
        program.run({ pixels: x, ...stepFeeds(config, ++step) })
      }),
    dispose: () => program.dispose(),
  }
}

/** Side of the square matrices whose product shows what the machine can do at most. */
const side = 1536

/** Multiplies large matrices: the machine's own limit, in the same process. */
export function timedMatMul(): Timed & { gflop: number } {
  const spec: ProgramSpec = {
    name: 'matmul',
    state: { a: { shape: [side, side], dtype: 'float32' }, b: { shape: [side, side], dtype: 'float32' } },
    feeds: {},
    body: ({ a, b }) => ({ fetches: { sum: tf.sum(tf.matMul(a as Tensor2D, b as Tensor2D)) }, next: {} }),
  }
  const program: Program = createProgram(spec, { mode: 'compiled' })
  const values = new Float32Array(side * side).fill(0.5)
  program.write({ a: values, b: values })
  return {
    gflop: (2 * side ** 3) / 1e9,
    time: (calls) => timed(calls, () => void program.run({})),
    dispose: () => program.dispose(),
  }
}

function timed(calls: number, call: () => void): number {
  const from = performance.now()
  for (let i = 0; i < calls; i++) call()
  return (performance.now() - from) / calls
}
