import * as tf from '@tensorflow/tfjs-core'
import type { Tensor2D } from '@tensorflow/tfjs-core'
import { imagesPerStep } from '#shared/run-limits.ts'
import { nodeBackend } from '../../src-main/engine/backend/tfjs.ts'
import { createProgram } from '../../src-main/engine/graph/create-program.ts'
import type { Program, ProgramSpec } from '../../src-main/engine/graph/program.ts'
import { trace } from '../../src-main/engine/graph/trace.ts'
import { countFlops } from '../../src-main/engine/graph/analysis/flops.ts'
import { initialState, stepProgram } from '../../src-main/engine/training/step-program.ts'
import { StepRunner } from '../../src-main/engine/training/step-runner.ts'
import { syntheticImages } from './synthetic-images.ts'
import type { BenchCase } from './networks.ts'

/** Something that can be timed a few calls at a time. */
export interface Timed {
  /** Milliseconds that one of `calls` calls took on average. */
  time: (calls: number) => number | Promise<number>
  dispose: () => void | Promise<void>
}

/** Wall-clock and CPU time of a call, in milliseconds. */
export interface Timing {
  ms: number
  /** CPU time of all cores together; another busy program changes it little. */
  processorMs: number
}

/** Times calls in this process, by the wall clock and in CPU time. */
export async function timeBoth(timed: Timed, calls: number): Promise<Timing> {
  const before = process.cpuUsage()
  const ms = await timed.time(calls)
  const { user, system } = process.cpuUsage(before)
  return { ms, processorMs: (user + system) / 1000 / calls }
}

/** Where the time of steps goes, in ms a step. */
export interface StepTimes {
  /** Outside TensorFlow's call: making the feeds and reading the results. */
  outsideMs: number
  /** Of that: choosing, reading and augmenting the images. */
  inputMs: number
}

/** Batches of synthetic images in the dataset. */
const syntheticBatches = 8

/**
 * The training step of a case exactly as a run takes it, with the loading of its images; and its FLOPs. With `fed` each step is
 * given its images' bytes, as when they do not fit on the device.
 */
export function timedStep(
  network: BenchCase,
  { fed = false, fused = false }: { fed?: boolean; fused?: boolean } = {},
): Timed & { gflop: number; parameters: number; times: () => StepTimes } {
  const { config, shape, system } = network
  const count = syntheticBatches * imagesPerStep(config)
  const { dataset, dispose } = syntheticImages(shape, count)
  const indices = Uint32Array.from({ length: count }, (_, i) => i)
  const stepRunner = new StepRunner({
    ...{ system, config, dataset, indices, fused },
    resident: fed ? 0 : count,
  })
  stepRunner.begin(initialState(system, config))
  const spec = stepProgram({ system, config, shape })
  const native = nativeClock()
  let [step, taken, wallMs] = [0, 0, 0]
  return {
    gflop: countFlops(spec, trace(spec)) / 1e9,
    parameters: system.parameters.reduce((sum, parameter) => sum + tf.util.sizeFromShape(parameter.shape), 0),
    time: async (calls) => {
      native.ms = stepRunner.inputMs = 0
      const from = performance.now()
      for (let i = 0; i < calls; i++) await stepRunner.takeStep(++step, config)
      wallMs = performance.now() - from
      taken = calls
      return wallMs / calls
    },
    times: () => ({ outsideMs: (wallMs - native.ms) / taken, inputMs: stepRunner.inputMs / taken }),
    dispose: async () => {
      native.stop()
      await stepRunner.dispose()
      dispose()
    },
  }
}

/** Sums the time inside TensorFlow's calls. */
function nativeClock(): { ms: number; stop: () => void } {
  const { binding } = nodeBackend()
  const { runSavedModel } = binding
  const clock = {
    ms: 0,
    stop: () => {
      binding.runSavedModel = runSavedModel
    },
  }
  binding.runSavedModel = (...args) => {
    const from = performance.now()
    try {
      return runSavedModel(...args)
    } finally {
      clock.ms += performance.now() - from
    }
  }
  return clock
}

/** Side of the square matrices whose product measures the machine's peak. */
const side = 1536

/** Multiplies large matrices: the machine's peak in GFLOP/s, in the same process. */
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
