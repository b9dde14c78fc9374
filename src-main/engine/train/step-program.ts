import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import type { RunConfig } from '#contract/config.ts'
import type { WeightsName } from '#contract/drawing.ts'
import type { PictureShape } from '#contract/pictures.ts'
import type { ProgramSpec, Tensors, Values } from '../compile/program.ts'
import { pathTimes } from '../flow/times.ts'
import type { System } from '../flow/system.ts'
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
 * Fetches `loss`, each loss term, and `gradientNorm` (before clipping).
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
      /** 1 − β^step of both moments, and the share of the old average that is kept. */
      correction1: { shape: [], dtype: 'float32' },
      correction2: { shape: [], dtype: 'float32' },
      emaDecay: { shape: [], dtype: 'float32' },
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
        for (const [name, term] of Object.entries(objective.terms)) terms[name] = tf.keep(term)
        return objective.loss
      })(names.map((name) => of('weight', name)))

      const gradientNorm = tf.sqrt(tf.addN(grads.map((gradient) => tf.sum(tf.square(gradient)))))
      const shorten =
        config.clipNorm > 0 ? tf.minimum(1, tf.div(config.clipNorm, gradientNorm.add(1e-12))) : tf.scalar(1)
      const next: Tensors = {}
      names.forEach((name, i) => {
        const gradient = (grads[i] as Tensor).mul(shorten)
        const m = of('m', name)
          .mul(beta1)
          .add(gradient.mul(1 - beta1))
        const v = of('v', name)
          .mul(beta2)
          .add(gradient.square().mul(1 - beta2))
        const size = tf.sqrt(v.div(feed('correction2'))).add(epsilon)
        const towards = m.div(feed('correction1')).div(size)
        // Decoupled from the gradient's scale (Loshchilov and Hutter 2019).
        const pull =
          config.weightDecay > 0 ? towards.add(of('weight', name).mul(config.weightDecay)) : towards
        const weight = of('weight', name).sub(pull.mul(feed('learningRate')))
        next[stateName('weight', name)] = weight
        next[stateName('m', name)] = m
        next[stateName('v', name)] = v
        if (config.emaDecay > 0) {
          const keep = feed('emaDecay')
          next[stateName('ema', name)] = of('ema', name)
            .mul(keep)
            .add(weight.mul(tf.sub(1, keep)))
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
  return {
    noiseSeed: seedWords(config.seed, step, 'noise'),
    timeSeed: seedWords(config.seed, step, 'time'),
    learningRate: Float32Array.of(learningRateAt(config, step)),
    correction1: Float32Array.of(1 - beta1 ** step),
    correction2: Float32Array.of(1 - beta2 ** step),
    // A short warm-up, so that the average does not remember the random start (as TensorFlow's own EMA does).
    emaDecay: Float32Array.of(Math.min(config.emaDecay, (1 + step) / (10 + step))),
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
