import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { minLabels } from '#shared/dataset-labels.ts'
import { timeGridOf } from '#shared/default-sampling.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { createCodeNetwork } from './nets/code-encoder.ts'
import { createConvPosterior, createConvVelocity } from './nets/conv-net.ts'
import type { NetworkSize, PosteriorNetwork, VelocityNetwork } from './nets/network.ts'
import { meanSquare, sumAll } from './nets/ops.ts'
import { createResunetPosterior, createResunetVelocity } from './nets/resunet.ts'
import { createUnetPosterior, createUnetVelocity } from './nets/unet.ts'
import { klElements, nllElements, referenceKlElements } from './flow/divergence.ts'
import { consistentPath, referencePath } from './flow/path.ts'
import { sampleFrom, createLearnedPrior, standardPrior } from './flow/prior.ts'
import type { Objective, System } from './flow/system.ts'
import type { Gaussian } from './gaussian.ts'

export type SystemConfig = Pick<
  RunConfig,
  | 'network'
  | 'hidden'
  | 'checkpointing'
  | 'patch'
  | 'prediction'
  | 'embeddingWidth'
  | 'codeEncoderWidth'
  | 'codeMap'
  | 'code'
  | 'augmentCondition'
  | 'dropout'
  | 'labels'
  | 'codeKlWeight'
  | 'codeFreeNats'
  | 'accumulate'
  | 'posterior'
  | 'prior'
  | 'sigma'
  | 'path'
  | 'lossScale'
  | 'klWeight'
  | 'priorWeight'
>

const networks: Record<
  RunConfig['network'],
  { velocity: (size: NetworkSize) => VelocityNetwork; posterior: (size: NetworkSize) => PosteriorNetwork }
> = {
  conv: { velocity: createConvVelocity, posterior: createConvPosterior },
  unet: { velocity: createUnetVelocity, posterior: createUnetPosterior },
  resunet: { velocity: createResunetVelocity, posterior: createResunetPosterior },
}

/**
 * The flow-matching system that a run's settings describe, for images of one shape. Pure: the same settings always
 * give the same parameters in the same order.
 */
export function createSystem(options: {
  config: SystemConfig
  shape: ImageShape
  /** Number of labels, for a run that is conditioned on them. */
  labelCount?: number
}): System {
  const { config, shape } = options
  const labelCount = config.labels ? (options.labelCount ?? minLabels) : 0
  const { code: codeSize, codeMap: mapsCode } = config
  const { hidden, checkpointing, patch, prediction, embeddingWidth, dropout, augmentCondition } = config
  const size: NetworkSize = {
    ...shape,
    ...{ hidden, checkpointing, patch, prediction, embeddingWidth, dropout, augmentCondition },
    ...{ codeSize, mapsCode, labelCount },
  }
  const network = networks[config.network]
  const velocity = network.velocity(size)
  const posterior = config.posterior ? network.posterior(size) : null
  const codeNetwork =
    codeSize > 0 ? createCodeNetwork({ ...size, codeSize, encoderWidth: config.codeEncoderWidth }) : null
  const referenceCompatibility = config.path === 'reference'
  const prior =
    config.prior === 'learned'
      ? createLearnedPrior([shape.height, shape.width, shape.channels], { floor: referenceCompatibility })
      : standardPrior
  const makePath = referenceCompatibility ? referencePath : consistentPath
  const kl = referenceCompatibility ? referenceKlElements : klElements
  const objective: System['objective'] = (parameters, { x, eps, t, codeEps, part, ...context }) => {
    // With `sum` the loss is the sum over all images of an update, estimated from one of its batches, or a part of it.
    const reduce = (elements: Tensor) =>
      config.lossScale === 'sum'
        ? sumAll(elements).mul(config.accumulate / (part?.share ?? 1))
        : sumAll(elements).div(elements.size)
    const p = prior.gaussian(parameters)
    const codePosterior = codeNetwork ? codeNetwork.apply(parameters, x) : null
    const code = codePosterior && codeEps ? sampleFrom(codePosterior, codeEps) : null
    // Without a posterior z ~ N(0, 1) for every image: plain flow matching.
    const q: Gaussian = posterior ? posterior.apply(parameters, x) : standardNormalLike(x)
    const point = makePath({ x, posterior: q, eps, t, sigma: config.sigma })
    const v = velocity.apply(parameters, { xT: point.xT, t, code, ...context })
    const error = v.sub<Tensor4D>(point.vTarget)
    const weighted = velocity.weight ? error.mul(velocity.weight(t)) : error
    const terms: Objective['terms'] = { velocity: meanSquare(weighted) }
    let loss = terms['velocity'] as Tensor
    if (posterior) {
      const term = reduce(kl(q, p))
      terms['kl'] = term
      loss = loss.add(term.mul(config.klWeight))
    }
    if (codePosterior) {
      // In nats per image; as a loss per value of the image, so that a weight means the same at any size.
      const term = codeKl(codePosterior)
      terms['codeKl'] = term
      // Without free nats the maximum is the term itself, and parts need not know of each other.
      const ofBatch = part && config.codeFreeNats > 0 ? part.meanOfBatch(term) : term
      const beyond = tf.maximum(ofBatch, config.codeFreeNats)
      loss = loss.add(beyond.mul((config.codeKlWeight * x.shape[0]) / x.size))
    }
    if (config.prior === 'learned') {
      const term = reduce(nllElements(x, p))
      terms['prior'] = term
      loss = loss.add(term.mul(config.priorWeight))
    }
    return {
      loss,
      terms,
      velocityErrors: tf.mean(tf.square(weighted), [1, 2, 3]),
      posterior: q,
      codePosterior,
      ...point,
      v,
    }
  }

  const latentParameters = [
    ...(posterior?.parameters ?? []),
    ...prior.parameters,
    ...(codeNetwork?.parameters ?? []),
  ]
  return {
    parameters: [...velocity.parameters, ...latentParameters],
    latentParameters,
    codeSize,
    labelCount,
    timeGrid: timeGridOf(config),
    objective,
    velocity: (parameters, at) => velocity.apply(parameters, at),
    codePosterior: codeNetwork ? (parameters, x) => codeNetwork.apply(parameters, x) : null,
    posterior: posterior ? (parameters, x) => posterior.apply(parameters, x) : null,
    prior: (parameters) => prior.gaussian(parameters),
    latent: (parameters, noise, temperature) =>
      sampleFrom(prior.gaussian(parameters), temperature ? noise.mul(temperature) : noise),
  }
}

/** KL(q(c|x)‖N(0, 1)) in nats, the mean over images. */
function codeKl(q: Gaussian<Tensor2D>): Tensor {
  const p = standardPrior.gaussian({})
  return tf.mean(tf.sum(klElements(q, p), 1))
}

function standardNormalLike(x: Tensor4D): Gaussian {
  return { mean: tf.zerosLike(x), logvar: tf.zerosLike(x) }
}
