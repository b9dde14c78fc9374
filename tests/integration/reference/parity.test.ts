import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { createSystem } from '../../../src-main/engine/model/create-model.ts'
import { integrate } from '../../../src-main/engine/model/flow/solver.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { fromTorch, readReference, toReferenceName, relativeError } from '../../helpers/reference.ts'
import '../../helpers/all-threads.ts'

const folder =
  process.env['FLOWERBED_REFERENCE_DIR'] ?? resolve(import.meta.dirname, '../../fixtures/reference')
const files = readdirSync(folder).filter((name) => name.endsWith('.safetensors'))

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

it('finds files of the reference to compare with', () => {
  expect(files.length).toBeGreaterThan(0)
})

describe.each(files)('%s', (file) => {
  it('agrees in intermediates, losses, gradients and a sample', () => {
    const { config, tensors } = readReference(join(folder, file))
    const { height, width, channels } = config
    const system = createSystem({
      shape: { height, width, channels: channels as 1 | 3 | 4 },
      config: {
        network: config.network,
        hidden: config.hidden,
        sigma: config.sigma,
        posterior: true,
        prior: 'learned',
        path: 'reference',
        lossScale: 'sum',
        accumulate: 1,
        checkpointing: false,
        patch: 0,
        prediction: 'image',
        embeddingWidth: 2,
        codeEncoderWidth: 'half',
        codeMap: false,
        code: 0,
        augmentCondition: false,
        dropout: 0,
        labels: false,
        codeKlWeight: 1,
        codeFreeNats: 0,
        klWeight: 1,
        priorWeight: 1,
      },
    })
    const image = (name: string) => fromTorch(tensors[name]!, 'image') as Tensor4D
    const names = system.parameters.map((parameter) => parameter.name)
    const known = Object.keys(tensors).filter((name) => name.startsWith('param.'))
    expect(names.map((name) => `param.${toReferenceName(name)}`).sort()).toEqual(known.sort())

    const values = system.parameters.map(({ name, shape }) => {
      const value = fromTorch(tensors[`param.${toReferenceName(name)}`]!, 'parameter')
      expect(value.shape, name).toEqual(shape)
      return value
    })
    const named = (list: Tensor[]) => Object.fromEntries(names.map((name, i) => [name, list[i]!]))
    const batch = { x: image('x'), eps: image('eps'), t: fromTorch(tensors['t']!, 'parameter') as Tensor1D }

    const objective = system.objective(named(values), batch)
    const intermediates: Record<string, Tensor> = {
      posterior_mean: objective.posterior.mean,
      posterior_logvar: objective.posterior.logvar,
      z: objective.z,
      x_t: objective.xT,
      v_target: objective.vTarget,
      v_pred: objective.v,
    }
    for (const [name, actual] of Object.entries(intermediates)) {
      expect(relativeError(actual, image(name)), name).toBeLessThan(1e-4)
    }
    const losses: Record<string, Tensor> = {
      mse_loss: objective.terms['velocity']!,
      kl_div: objective.terms['kl']!,
      prior_loss: objective.terms['prior']!,
      loss: objective.loss,
    }
    for (const [name, actual] of Object.entries(losses)) {
      expect(relativeError(actual, fromTorch(tensors[name]!, 'parameter')), name).toBeLessThan(1e-4)
    }

    const gradients = tf.grads((...list: Tensor[]) => system.objective(named(list), batch).loss)(values)
    gradients.forEach((gradient, i) => {
      const name = toReferenceName(names[i]!)
      expect(
        relativeError(gradient, fromTorch(tensors[`grad.${name}`]!, 'parameter')),
        `gradient of ${name}`,
      ).toBeLessThan(1e-3)
    })

    const parameters = named(values)
    const sample = integrate({
      solver: 'euler',
      steps: 10,
      x: system.latent(parameters, image('sample_noise')),
      slope: (xT, t) => system.velocity(parameters, { xT, t, code: null }),
    })
    expect(relativeError(sample, image('sample_euler_10')), 'ten Euler steps').toBeLessThan(1e-4)
  })
})
