import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import type { Tensors } from '../graph/program.ts'
import type { System } from '../model/flow/system.ts'
import { bucketSums } from '../model/flow/time-buckets.ts'

/** Terms that are sums over the images rather than means. */
const sums = ['errorsByTime', 'imagesByTime']

export interface Gradients {
  loss: Tensor
  /** The loss's terms, and by stretch of the way `errorsByTime` and `imagesByTime`. */
  terms: Tensors
  /** In the order of the system's parameters. */
  grads: Tensor[]
}

/** The objective on one batch and its gradients; weights are in the order of the system's parameters. */
export function batchGradients(options: {
  system: System
  weights: Tensor[]
  draw: { x: Tensor4D; eps: Tensor4D; t: Tensor1D }
}): Gradients {
  const { system, weights, draw } = options
  const kept: Tensors = {}
  const { value: loss, grads } = tf.valueAndGrads((...given: Tensor[]) => {
    const objective = system.objective(
      Object.fromEntries(system.parameters.map(({ name }, i) => [name, given[i] as Tensor])),
      draw,
    )
    // Kept, since everything but the loss is gone when the gradients have been taken.
    const { sums: errorsByTime, counts: imagesByTime } = bucketSums(objective.velocityErrors, draw.t)
    for (const [name, term] of Object.entries({ ...objective.terms, errorsByTime, imagesByTime }))
      kept[name] = tf.keep(term.clone())
    return objective.loss
  })(weights)
  const terms: Tensors = {}
  for (const [name, term] of Object.entries(kept)) {
    terms[name] = term.clone()
    term.dispose()
  }
  return { loss, terms, grads }
}

/** The mean over several batches; `of` is told what its batch is to wait for, so that one is done after the other. */
export function accumulated(batches: number, of: (batch: number, before: Tensor[]) => Gradients): Gradients {
  let total = of(0, [])
  for (let i = 1; i < batches; i++) {
    const { loss, terms, grads } = of(i, [...total.grads, total.loss])
    total = {
      loss: total.loss.add(loss),
      terms: eachTerm(total.terms, (term, name) => term.add(terms[name] as Tensor)),
      grads: total.grads.map((sum, k) => sum.add(grads[k] as Tensor)),
    }
  }
  if (batches === 1) return total
  return {
    loss: total.loss.div(batches),
    terms: eachTerm(total.terms, (term, name) => (sums.includes(name) ? term : term.div(batches))),
    grads: total.grads.map((sum) => sum.div(batches)),
  }
}

const eachTerm = (terms: Tensors, change: (term: Tensor, name: string) => Tensor): Tensors =>
  Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, change(term, name)]))
