import * as tf from '@tensorflow/tfjs-core'
import type { Scalar, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import type { RunConfig } from '#contract/config.ts'
import type { WeightsName } from '#contract/drawing.ts'
import type { PictureShape } from '#contract/pictures.ts'
import type { ProgramSpec, Tensors, Values } from '../compile/program.ts'
import { adam, averaged } from '../compile/update.ts'
import { bucketSums } from '../flow/time-buckets.ts'
import { pathTimes } from '../flow/times.ts'
import type { System } from '../flow/system.ts'
import { sumOfSquares } from '../nets/ops.ts'
import { learningRateAt } from './schedule.ts'
import { initialValues, seedWords, statelessNormal, statelessUniform } from '../random.ts'

/** Adam's constants (Kingma & Ba 2015), as everybody uses them. */
const beta1 = 0.9
const beta2 = 0.999
const epsilon = 1e-8

/** Entries of the program's state: weights, first and second moments, and the average of the weights. */
export const stateKinds = ['weight', 'm', 'v', 'ema'] as const
export type StateKind = (typeof stateKinds)[number]
export const stateName = (kind: StateKind, parameter: string) => `${kind}/${parameter}`

/**
 * One training step over device-resident state: the system's objective on a fed batch, its gradients, clipping by global
 * norm, Adam with bias correction, and the exponential average of the weights.
 * Fetches `loss`, each loss term, `gradientNorm` (before clipping), and by stretch of the way the sums of the velocity
 * errors of its pictures (`errorsByTime`) and their counts (`picturesByTime`).
 */
export function stepProgram(options: {
  system: System
  config: RunConfig
  shape: PictureShape
}): ProgramSpec {
  const { system, config, shape } = options
  const batchShape = [config.batch, shape.height, shape.width, shape.channels]
  const names = system.parameters.map(({ name }) => name)
  const kinds = stateKinds.filter((kind) => kind !== 'ema' || config.emaDecay > 0)

  return {
    name: 'train',
    state: Object.fromEntries(
      kinds.flatMap((kind) =>
        system.parameters.map((parameter) => [
          stateName(kind, parameter.name),
          { shape: parameter.shape, dtype: 'float32' as const },
        ]),
      ),
    ),
    feeds: {
      x: { shape: batchShape, dtype: 'float32' },
      noiseSeed: { shape: [2], dtype: 'int32' },
      timeSeed: { shape: [2], dtype: 'int32' },
      learningRate: { shape: [], dtype: 'float32' },
      /** Adam's, with the correction of both moments for their start at nought. */
      stepSize: { shape: [], dtype: 'float32' },
      epsilon: { shape: [], dtype: 'float32' },
      /** The share of the new weights in their average. */
      emaShare: { shape: [], dtype: 'float32' },
    },
    body: (state, feeds) => {
      const of = (kind: StateKind, name: string) => state[stateName(kind, name)] as Tensor
      const feed = (name: string) => feeds[name] as Tensor
      const draw = {
        x: feed('x') as Tensor4D,
        eps: statelessNormal<Tensor4D>(batchShape, feed('noiseSeed')),
        t: pathTimes(statelessUniform<Tensor1D>([config.batch], feed('timeSeed')), {
          times: config.times,
          shift: config.timeShift,
        }),
      }
      const terms: Tensors = {}
      const { value: loss, grads } = tf.valueAndGrads((...weights: Tensor[]) => {
        const objective = system.objective(
          Object.fromEntries(names.map((name, i) => [name, weights[i] as Tensor])),
          draw,
        )
        // Kept, since everything but the loss is gone when the gradients have been taken.
        const { sums, counts } = bucketSums(objective.velocityErrors, draw.t)
        const kept = { ...objective.terms, errorsByTime: sums, picturesByTime: counts }
        for (const [name, term] of Object.entries(kept)) terms[name] = tf.keep(term.clone())
        return objective.loss
      })(names.map((name) => of('weight', name)))

      const gradientNorm = tf.sqrt(tf.addN(grads.map((gradient) => sumOfSquares(gradient))))
      const shorten =
        config.clipNorm > 0 ? tf.minimum(1, tf.div(config.clipNorm, gradientNorm.add(1e-12))) : null
      const next: Tensors = {}
      names.forEach((name, i) => {
        const gradient = grads[i] as Tensor
        const weight = of('weight', name)
        // Decoupled from the gradient's scale (Loshchilov and Hutter 2019).
        const pulled =
          config.weightDecay > 0
            ? weight.sub(weight.mul(feed('learningRate').mul(config.weightDecay)))
            : weight
        const updated = adam(
          { weight: pulled, m: of('m', name), v: of('v', name) },
          shorten ? gradient.mul(shorten) : gradient,
          { beta1, beta2, stepSize: feed('stepSize'), epsilon: feed('epsilon') },
        )
        for (const kind of ['weight', 'm', 'v'] as const) next[stateName(kind, name)] = updated[kind]
        if (config.emaDecay > 0) {
          next[stateName('ema', name)] = averaged(of('ema', name), updated.weight, feed('emaShare') as Scalar)
        }
      })
      const fetches: Tensors = { loss, gradientNorm }
      for (const [name, term] of Object.entries(terms)) {
        fetches[name] = term.clone()
        term.dispose()
      }
      return { fetches, next }
    },
  }
}

/** What step `step` (1 is the first update) is fed besides its pictures. */
export function stepFeeds(config: RunConfig, step: number): Values {
  const learningRate = learningRateAt(config, step)
  const correction2 = Math.sqrt(1 - beta2 ** step)
  return {
    noiseSeed: seedWords(config.seed, step, 'noise'),
    timeSeed: seedWords(config.seed, step, 'time'),
    learningRate: Float32Array.of(learningRate),
    stepSize: Float32Array.of((learningRate * correction2) / (1 - beta1 ** step)),
    epsilon: Float32Array.of(epsilon * correction2),
    // A short warm-up, so that the average does not remember the random start (as TensorFlow's own EMA does).
    emaShare: Float32Array.of(1 - Math.min(config.emaDecay, (1 + step) / (10 + step))),
  }
}

/** State before the first step: fresh weights, moments of nought, the average equal to the weights. */
export function initialState(system: System, config: RunConfig): Values {
  const state: Values = {}
  for (const parameter of system.parameters) {
    const weight = initialValues(parameter, config.seed)
    state[stateName('weight', parameter.name)] = weight
    state[stateName('m', parameter.name)] = new Float32Array(weight.length)
    state[stateName('v', parameter.name)] = new Float32Array(weight.length)
    if (config.emaDecay > 0) state[stateName('ema', parameter.name)] = weight.slice()
  }
  return state
}

/** The arrays that drawing uses: the average of the weights, or the weights themselves without one or if asked for. */
const drawingKind = (config: RunConfig, weights: WeightsName): StateKind =>
  config.emaDecay > 0 && weights === 'ema' ? 'ema' : 'weight'

export function stateNamesOfDrawing(
  system: System,
  config: RunConfig,
  weights: WeightsName = 'ema',
): string[] {
  return system.parameters.map(({ name }) => stateName(drawingKind(config, weights), name))
}

/** Those arrays by parameter name, out of a state or a part of it that has them. */
export function drawingWeights(state: Values, config: RunConfig, weights: WeightsName = 'ema'): Values {
  const prefix = stateName(drawingKind(config, weights), '')
  return Object.fromEntries(
    Object.entries(state)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, values]) => [name.slice(prefix.length), values]),
  )
}
