import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { toFlowerbedError } from '#shared/errors.ts'
import { deviceSpeedSchema } from '#shared/schemas/automatic.ts'
import type { DeviceSpeed } from '#shared/schemas/automatic.ts'
import type { Precision } from '#shared/schemas/run-config.ts'
import type { StepCost } from '#shared/step-cost.ts'
import { writeFileAtomically } from '../../files/atomic-write.ts'
import { createLogger } from '../../log.ts'
import type { LoadedTensorFlow } from '../backend/load.ts'
import { countCost } from '../graph/analysis/cost.ts'
import { createProgram } from '../graph/create-program.ts'
import type { ProgramSpec } from '../graph/program.ts'
import { trace } from '../graph/trace.ts'

/**
 * How fast a device computes training steps: two stacks of convolutions are timed once, a thin one, in which operations
 * take as long as any take at least, and a thick one with much arithmetic. Kept in a file of the cache.
 */

const log = createLogger('speed')

/** Calls of each after the first, which builds the graph; after so long no new one starts. */
const callsAtLeast = 2
const callsAtMost = 20
const secondsAtMost = 0.3

/** A stack of convolutions with its gradients. */
interface Stack {
  batch: number
  side: number
  channels: number
  depth: number
}
/** Hardly any arithmetic: what operations take at least. */
const thin: Stack = { batch: 4, side: 4, channels: 16, depth: 8 }
/** Enough arithmetic that operations themselves count for less. */
const thick: Record<LoadedTensorFlow['device'], Stack> = {
  cpu: { batch: 32, side: 16, channels: 64, depth: 2 },
  cuda: { batch: 128, side: 32, channels: 64, depth: 4 },
}

interface TimedStack {
  seconds: number
  cost: StepCost
}

function stackProgram({ batch, side, channels, depth }: Stack, precision: Precision): ProgramSpec {
  const filters = Object.fromEntries(
    Array.from({ length: depth }, (_, i) => [
      `w${i}`,
      { shape: [3, 3, channels, channels], dtype: 'float32' as const },
    ]),
  )
  return {
    name: 'speed',
    precision,
    state: { x: { shape: [batch, side, side, channels], dtype: 'float32' }, ...filters },
    feeds: {},
    body: ({ x, ...weights }) => {
      const loss = (image: Tensor, ...layers: Tensor[]) => {
        let h = image as Tensor4D
        for (const layer of layers) h = tf.relu(tf.conv2d(h, layer as Tensor4D, 1, 'same'))
        return tf.sum(tf.square(h)).asScalar()
      }
      const gradients = tf.grads(loss)([x as Tensor, ...Object.values(weights)])
      return { fetches: { sum: tf.addN(gradients.map((gradient) => tf.sum(gradient))) }, next: {} }
    },
  }
}

function timedStack(stack: Stack, options: { precision: Precision; threads: number | null }): TimedStack {
  const spec = stackProgram(stack, options.precision)
  return { seconds: secondsOfCall(spec, options.threads), cost: countCost(spec, trace(spec)) }
}

/**
 * Seconds of a program's call where no other program is at work: the time of the fastest or, where all took longer than
 * they computed since others did, the processor time that each of `threads` had for a call.
 */
function secondsOfCall(spec: ProgramSpec, threads: number | null): number {
  const program = createProgram(spec)
  try {
    program.run({})
    let [calls, fastest] = [0, Infinity]
    const computed = process.cpuUsage()
    const until = performance.now() + 1000 * secondsAtMost
    for (; calls < callsAtLeast || (calls < callsAtMost && performance.now() < until); calls++) {
      const from = performance.now()
      program.run({})
      fastest = Math.min(fastest, (performance.now() - from) / 1000)
    }
    const { user, system } = process.cpuUsage(computed)
    const ofThread = threads === null ? Infinity : (user + system) / 1e6 / threads / calls
    // Clocks may have coarse steps.
    return Math.max(Math.min(fastest, ofThread > 0 ? ofThread : Infinity), 1e-6)
  } finally {
    program.dispose()
  }
}

/** The two speeds by which both stacks take as long as they took. */
export function speedOf(small: TimedStack, big: TimedStack): Omit<DeviceSpeed, 'device'> {
  const share = big.cost.operations / small.cost.operations
  const seconds = big.seconds - share * small.seconds
  const flops = big.cost.flops - share * small.cost.flops
  // Where other programs slowed the thin one, all of the time of the thick one is taken for its arithmetic.
  const flopsPerSecond = seconds > 0.1 * big.seconds ? flops / seconds : big.cost.flops / big.seconds
  const rest = Math.max(0, small.seconds - small.cost.flops / flopsPerSecond)
  return { flopsPerSecond, secondsPerOperation: rest / small.cost.operations }
}

/** Measures the speed of the device that TensorFlow uses: about a second, half of it to build the graphs. */
export function measureSpeed({ deviceName, device, fastPrecision, threads }: LoadedTensorFlow): DeviceSpeed {
  const ofThreads = device === 'cpu' ? threads.intraOp : null
  const precisions = [...new Set<Precision>(['fp32', fastPrecision])]
  const each = precisions.map((precision) => timedStack(thick[device], { precision, threads: ofThreads }))
  const big = each.reduce((a, b) => (b.seconds < a.seconds ? b : a))
  const small = timedStack(thin, { precision: fastPrecision, threads: ofThreads })
  const [fp32, fast] = each
  const fastShare = fp32 && fast && { fastShare: fast.seconds / fp32.seconds }
  return { device: deviceName, ...speedOf(small, big), ...fastShare }
}

const fileSchema = z.record(z.string(), deviceSpeedSchema)

function readSpeeds(path: string): Record<string, DeviceSpeed> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    // Not there yet, or of another version.
    return {}
  }
}

/** Speeds are of one device with one TensorFlow and our kernels of one kind. */
const keyOf = (loaded: LoadedTensorFlow) =>
  [
    ...[loaded.device, loaded.deviceName, loaded.tensorflowVersion],
    ...[loaded.kernels?.instructions ?? 'none', loaded.fastPrecision, loaded.threads.intraOp],
  ].join(' · ')

/** The speed of the device that TensorFlow uses, measured where the file in the folder `cache` has none. */
export async function deviceSpeed(loaded: LoadedTensorFlow, cache: string): Promise<DeviceSpeed> {
  const path = join(cache, 'speeds.json')
  const key = keyOf(loaded)
  const known = readSpeeds(path)[key]
  // Earlier versions did not keep what 16 bits gain.
  if (known && (known.fastShare !== undefined || loaded.fastPrecision === 'fp32')) return known
  const speed = measureSpeed(loaded)
  log.info(`${key}: ${(speed.flopsPerSecond / 1e9).toFixed(0)} GFLOP/s`)
  try {
    await mkdir(cache, { recursive: true })
    await writeFileAtomically(path, JSON.stringify({ ...readSpeeds(path), [key]: speed }, null, 2))
  } catch (thrown) {
    log.warn(`The speed is measured again next time: ${toFlowerbedError(thrown).message}`)
  }
  return speed
}
