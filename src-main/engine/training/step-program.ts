import * as tf from '@tensorflow/tfjs-core'
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { imagesPerStep } from '#shared/run-limits.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { keptWidths } from '#shared/weight-averaging.ts'
import { resolvePrecision } from '../graph/passes/lower.ts'
import type { ProgramSpec, Tensors, Values } from '../graph/program.ts'
import { applyAdam, updateAverage } from '../graph/optimizer-ops.ts'
import { rowsInOrder } from '../data/pixels.ts'
import { imageInput } from '../data/step-images.ts'
import type { ImagePlan } from '../data/step-images.ts'
import { averageShare, exponentOf } from '../model/power-average.ts'
import { pathTimes } from '../model/flow/times.ts'
import type { System } from '../model/flow/system.ts'
import { withControlDependencies } from '../graph/control-dependencies.ts'
import { sumOfSquares } from '../model/nets/ops.ts'
import { averageKinds, kindsOf, stateName } from '../checkpoints/state-names.ts'
import type { StateKind } from '../checkpoints/state-names.ts'
import { batchPart, imagesOfShare, noiseOfShare, reduceGradients } from './batch-share.ts'
import type { BatchShare } from './batch-share.ts'
import { accumulated, batchGradients } from './gradients.ts'
import { learningRateAt } from './schedule.ts'
import { applyMuon } from './orthogonal-updates.ts'
import { initialValues, noiseStreams, seedWords, statelessNormal, statelessUniform } from '../rng.ts'

/** Adam's constants (Kingma & Ba 2015). */
const beta1 = 0.9
const beta2 = 0.999
const epsilon = 1e-8

/** How a run's steps get their images; `resident` is the number of images on the device. */
export function imagePlan(options: {
  system: System
  config: RunConfig
  shape: ImageShape
  resident?: number | undefined
}): ImagePlan {
  const { system, config, shape } = options
  // The pixels are needed before the step, for the assignment.
  const resident = config.coupling === 'minibatch' ? 0 : (options.resident ?? 0)
  const labels =
    system.labelCount > 0 ? { count: system.labelCount, dropout: config.labelDropout } : undefined
  return { shape, resident, settings: config, count: imagesPerStep(config), labels }
}

/**
 * One training step over device-resident state: the system's objective on the step's images, its gradients, clipping by
 * global norm, Adam with bias correction, and the averages of the weights. With `accumulate` the gradient is
 * the mean over that many batches, taken one after the other; noise and times are those of one batch of all of them.
 * Fetches `loss`, each loss term, `gradientNorm` (before clipping), and per range of times the sums of the velocity
 * errors of its images (`errorsByTime`) and their counts (`imagesByTime`).
 */
export function stepProgram(options: {
  system: System
  config: RunConfig
  shape: ImageShape
  /** How many images are on the device; 0 when each step is fed its own. */
  resident?: number
  /** The part of each batch that this replica computes, where there are several; all of it without one. */
  share?: BatchShare
}): ProgramSpec {
  const { system, config, shape, share } = options
  const plan = imagePlan(options)
  const images = imageInput(share ? { ...plan, count: imagesOfShare(config, share) } : plan)
  const names = system.parameters.map(({ name }) => name)
  const muonNames = new Set(
    config.optimizer === 'muon'
      ? system.parameters.flatMap(({ name, isHidden }) => (isHidden ? [name] : []))
      : [],
  )
  const averages = averageKinds(config)

  return {
    name: 'train',
    precision: resolvePrecision(config.precision),
    // Small singular values are lost in 16 bits.
    exact: [...muonNames].map((name) => stateName('m', name)),
    state: {
      ...Object.fromEntries(
        kindsOf(config).flatMap((kind) =>
          system.parameters.map((parameter) => [
            stateName(kind, parameter.name),
            { shape: parameter.shape, dtype: 'float32' as const },
          ]),
        ),
      ),
      ...images.state,
    },
    feeds: {
      ...images.feeds,
      noiseSeed: { shape: [2], dtype: 'int32' },
      timeSeed: { shape: [2], dtype: 'int32' },
      /** The row of noise that each image of the whole batch is paired with. */
      ...(config.coupling === 'minibatch'
        ? { partner: { shape: [plan.count], dtype: 'int32' as const } }
        : {}),
      ...(system.codeSize > 0 ? { codeSeed: { shape: [2], dtype: 'int32' as const } } : {}),
      ...(config.dropout > 0 ? { dropoutSeed: { shape: [2], dtype: 'int32' as const } } : {}),
      learningRate: { shape: [], dtype: 'float32' },
      /** Adam's, with the bias correction of both moments. */
      stepSize: { shape: [], dtype: 'float32' },
      epsilon: { shape: [], dtype: 'float32' },
      /** The share of the new weights in each of their averages. */
      emaShare: { shape: [], dtype: 'float32' },
      ...(averages.includes('emaWide') ? { emaWideShare: { shape: [], dtype: 'float32' as const } } : {}),
    },
    body: (state, feeds) => {
      const entry = (kind: StateKind, name: string) => state[stateName(kind, name)] as Tensor
      const feed = (name: string) => feeds[name] as Tensor
      const { height, width, channels } = shape
      const noiseRows = statelessNormal<Tensor4D>([plan.count, height, width, channels], feed('noiseSeed'))
      const eps = config.coupling === 'minibatch' ? rowsInOrder(noiseRows, feed('partner')) : noiseRows
      const t = pathTimes(statelessUniform<Tensor1D>([plan.count], feed('timeSeed')), config)
      const codeEps =
        system.codeSize > 0
          ? statelessNormal<Tensor2D>([plan.count, system.codeSize], feed('codeSeed'))
          : undefined
      const weights = names.map((name) => entry('weight', name))
      const length = share?.length ?? config.batch
      const own = accumulated(config.accumulate, (i, previous) => {
        const part = { first: i * length, length }
        const rows = <T extends Tensor>(all: T) =>
          length === plan.count ? all : tf.slice(all, i * config.batch + (share?.first ?? 0), length)
        const noise = config.dropout > 0 ? noiseStreams(feed('dropoutSeed'), i) : undefined
        const x = withControlDependencies(images.images(state, feeds, part), previous)
        return batchGradients({
          system,
          weights,
          inputs: {
            ...{ x, eps: rows(eps), t: rows(t), codeEps: codeEps && rows(codeEps) },
            label: images.label(feeds, part),
            augmentation: images.augmentation(feeds, part),
            dropoutNoise: noise && share ? noiseOfShare(noise, share, config.batch) : noise,
            part: share && batchPart(share, config.batch),
          },
        })
      })
      const { loss, terms, grads } = share ? reduceGradients(own, length / config.batch) : own

      const gradientNorm = tf.sqrt(tf.addN(grads.map((gradient) => sumOfSquares(gradient))))
      const clipping =
        config.clipNorm > 0 ? tf.minimum(1, tf.div(config.clipNorm, gradientNorm.add(1e-12))) : null
      const clipped = (gradient: Tensor) => (clipping ? gradient.mul(clipping) : gradient)
      // Decoupled from the gradient's scale (Loshchilov and Hutter 2019).
      const decayed = (name: string) => {
        const weight = entry('weight', name)
        return config.weightDecay > 0
          ? weight.sub(weight.mul(feed('learningRate').mul(config.weightDecay)))
          : weight
      }
      const next: Tensors = {}
      const replace = (name: string, values: Partial<Record<StateKind, Tensor>> & { weight: Tensor }) => {
        for (const [kind, value] of Object.entries(values)) next[stateName(kind as StateKind, name)] = value
        for (const kind of averages)
          next[stateName(kind, name)] = updateAverage(
            entry(kind, name),
            values.weight,
            feed(`${kind}Share`) as Scalar,
          )
      }
      const matrices = names.flatMap((name, i) =>
        muonNames.has(name) ? [{ name, gradient: clipped(grads[i] as Tensor) }] : [],
      )
      applyMuon(
        matrices.map(({ name }) => ({ weight: decayed(name), m: entry('m', name) })),
        matrices.map(({ gradient }) => gradient),
        { learningRate: feed('learningRate') },
      ).forEach((updated, i) => replace((matrices[i] as { name: string }).name, updated))
      names.forEach((name, i) => {
        if (muonNames.has(name)) return
        const state = { weight: decayed(name), m: entry('m', name), v: entry('v', name) }
        const scalars = { beta1, beta2, stepSize: feed('stepSize'), epsilon: feed('epsilon') }
        replace(name, { ...applyAdam(state, clipped(grads[i] as Tensor), scalars) })
      })
      return { fetches: { loss, gradientNorm, ...terms }, next }
    },
  }
}

/** The feeds of step `step` (1 is the first update) besides its images; by default the schedule's rate by steps. */
export function stepFeeds(
  config: RunConfig,
  step: number,
  learningRate = learningRateAt(config, step),
): Values {
  const correction2 = Math.sqrt(1 - beta2 ** step)
  return {
    noiseSeed: seedWords(config.seed, step, 'noise'),
    timeSeed: seedWords(config.seed, step, 'time'),
    ...(config.code > 0 ? { codeSeed: seedWords(config.seed, step, 'code') } : {}),
    ...(config.dropout > 0 ? { dropoutSeed: seedWords(config.seed, step, 'dropout') } : {}),
    learningRate: Float32Array.of(learningRate),
    stepSize: Float32Array.of((learningRate * correction2) / (1 - beta1 ** step)),
    epsilon: Float32Array.of(epsilon * correction2),
    ...averageShares(config, step),
  }
}

/** The shares of step `step`'s weights in their averages. */
function averageShares(config: RunConfig, step: number): Values {
  if (config.emaKind === 'decay') {
    // A short warm-up, so that the average forgets the random initial weights (as in TensorFlow's ExponentialMovingAverage).
    return { emaShare: Float32Array.of(1 - Math.min(config.emaDecay, (1 + step) / (10 + step))) }
  }
  const [narrow, wide] = keptWidths.map((width) => averageShare(step, exponentOf(width))) as [number, number]
  return { emaShare: Float32Array.of(narrow), emaWideShare: Float32Array.of(wide) }
}

/** The state before the first step: random weights, moments of zero, the averages equal to the weights. */
export function initialState(system: System, config: RunConfig): Values {
  const state: Values = {}
  for (const parameter of system.parameters) {
    const weight = initialValues(parameter, config.seed)
    state[stateName('weight', parameter.name)] = weight
    state[stateName('m', parameter.name)] = new Float32Array(weight.length)
    state[stateName('v', parameter.name)] = new Float32Array(weight.length)
    for (const kind of averageKinds(config)) state[stateName(kind, parameter.name)] = weight.slice()
  }
  return state
}
