import { readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { readSafetensors } from '../../src-main/engine/checkpoints/safetensors.ts'
import type { SafeTensor } from '../../src-main/engine/checkpoints/safetensors.ts'

/** Results of the reference implementation for one system, in PyTorch's layouts. */
export interface ReferenceFile {
  config: {
    network: 'conv' | 'unet'
    channels: number
    height: number
    width: number
    hidden: number
    batch: number
    sigma: number
  }
  tensors: Record<string, SafeTensor>
}

export function readReference(path: string): ReferenceFile {
  const { tensors, metadata } = readSafetensors(readFileSync(path), path)
  return { tensors, config: JSON.parse(metadata['config'] ?? '{}') as ReferenceFile['config'] }
}

/** Our parameter's name in the reference. */
export function toReferenceName(name: string): string {
  return name.replace(/^velocity\./, 'velocity_field.')
}

/** Converts a PyTorch array to TensorFlow's layout: images and per-pixel arrays channels last, weights HWIO and [in, out]. */
export function fromTorch({ shape, values }: SafeTensor, role: 'image' | 'parameter'): Tensor {
  return tf.tidy(() => {
    const t = tf.tensor(values, shape)
    if (shape.length === 4) return tf.transpose(t, role === 'image' ? [0, 2, 3, 1] : [2, 3, 1, 0])
    if (shape.length === 3) return tf.transpose(t, [1, 2, 0])
    if (shape.length === 2) return tf.transpose(t)
    return t
  })
}

/** ‖actual − expected‖ / ‖expected‖. */
export function relativeError(actual: Tensor, expected: Tensor): number {
  return tf.tidy(() => {
    const scale = tf.norm(expected).dataSync()[0] ?? 0
    const distance = tf.norm(tf.sub(actual, expected.reshape(actual.shape))).dataSync()[0] ?? Infinity
    return scale === 0 ? distance : distance / scale
  })
}
