import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { imagesPerStep } from '#shared/run-limits.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { allReduce } from '../graph/all-reduce.ts'
import type { InputValues } from '../graph/program.ts'
import type { BatchPart } from '../model/flow/system.ts'
import type { UniformNoise } from '../model/nets/network.ts'
import { summedTerms } from './gradients.ts'
import type { Gradients } from './gradients.ts'

/** The images of each batch that one of several replicas computes: `length` of them, from image `first` on. */
export interface BatchShare {
  first: number
  length: number
}

/** Gradients are exchanged in pieces of about this many numbers, each as soon as its gradients are computed. */
const numbersPerExchange = 1_000_000

/**
 * Splits a batch in proportion to the speeds of replicas, which get at least an image each.
 * @param speeds images per second, one for each replica; there are at most as many as images
 */
export function splitBatch(batch: number, speeds: number[]): BatchShare[] {
  const total = speeds.reduce((sum, speed) => sum + speed, 0)
  const exact = speeds.map((speed) => (batch * speed) / total)
  const lengths = exact.map((length) => Math.max(1, Math.floor(length)))
  const count = () => lengths.reduce((sum, length) => sum + length, 0)
  // Largest remainders first; where the least of one each is too much, the longest gives.
  const byWant = () => exact.map((want, i) => ({ i, over: (lengths[i] as number) - want }))
  while (count() < batch) {
    const { i } = byWant().reduce((best, each) => (each.over < best.over ? each : best))
    lengths[i] = (lengths[i] as number) + 1
  }
  while (count() > batch) {
    const giving = byWant().filter(({ i }) => (lengths[i] as number) > 1)
    const { i } = giving.reduce((best, each) => (each.over > best.over ? each : best))
    lengths[i] = (lengths[i] as number) - 1
  }
  let first = 0
  return lengths.map((length) => {
    const share = { first, length }
    first += length
    return share
  })
}

/** The images of a share among those of a step, which takes `accumulate` batches: its number and where each part begins. */
export const imagesOfShare = (
  { accumulate }: Pick<RunConfig, 'accumulate'>,
  { length }: BatchShare,
): number => accumulate * length

/** A step's feeds, the rows of other shares left out. @param names the feeds that have a row for each image of the step */
export function feedsOfShare(
  feeds: InputValues,
  {
    config,
    share,
    names,
  }: { config: Pick<RunConfig, 'batch' | 'accumulate'>; share: BatchShare; names: string[] },
): InputValues {
  const { batch, accumulate } = config
  const images = imagesPerStep(config)
  return Object.fromEntries(
    Object.entries(feeds).map(([name, values]) => {
      if (!names.includes(name)) return [name, values]
      const row = values.length / images
      const part = values.slice(0, row * imagesOfShare(config, share)) as typeof values
      for (let i = 0; i < accumulate; i++) {
        const from = (i * batch + share.first) * row
        part.set(values.subarray(from, from + share.length * row), i * share.length * row)
      }
      return [name, part]
    }),
  )
}

/** What the objective is told of a share. */
export function batchPart({ length }: BatchShare, batch: number): BatchPart {
  const share = length / batch
  return {
    share,
    meanOfBatch: (meanOfPart) =>
      tf.customGrad((x) => ({ value: allReduce((x as Tensor).mul(share)), gradFunc: (dy: Tensor) => dy }))(
        meanOfPart,
      ),
  }
}

/** The rows of a share of noise that is generated for the whole batch, so that an image's noise is the same in any share. */
export const noiseOfShare =
  (noise: UniformNoise, { first, length }: BatchShare, batch: number): UniformNoise =>
  (stream, [, ...sides]) =>
    tf.slice(noise(stream, [batch, ...sides]), first, length)

/** Loss, terms and gradients of the whole update from those of each replica's share, the same bits on each replica. */
export function reduceGradients(own: Gradients, share: number): Gradients {
  const weighted = (name: string, term: Tensor) => (summedTerms.includes(name) ? term : term.mul(share))
  const terms = Object.entries(own.terms)
  const [loss, ...reduced] = sumOverReplicas([
    own.loss.mul(share),
    ...terms.map(([name, term]) => weighted(name, term)),
    ...own.grads.map((gradient) => gradient.mul(share)),
  ])
  return {
    loss: loss as Tensor,
    terms: Object.fromEntries(terms.map(([name], i) => [name, reduced[i] as Tensor])),
    grads: reduced.slice(terms.length),
  }
}

/** Sums of tensors over all replicas, in a few exchanges of many numbers: each exchange takes its time to begin. */
function sumOverReplicas(tensors: Tensor[]): Tensor[] {
  const sums = new Array<Tensor>(tensors.length)
  let group: number[] = []
  let numbers = 0
  const exchange = () => {
    if (group.length === 0) return
    const parts = group.map((i) => tensors[i] as Tensor)
    const all = allReduce(tf.concat(parts.map((part) => part.reshape([part.size]))))
    let from = 0
    for (const [k, part] of parts.entries()) {
      sums[group[k] as number] = tf.slice(all, from, part.size).reshape(part.shape)
      from += part.size
    }
    ;[group, numbers] = [[], 0]
  }
  // Gradients of the last layers are computed first.
  for (let i = tensors.length - 1; i >= 0; i--) {
    group.push(i)
    numbers += (tensors[i] as Tensor).size
    if (numbers >= numbersPerExchange) exchange()
  }
  exchange()
  return sums
}
