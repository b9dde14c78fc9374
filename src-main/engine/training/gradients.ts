import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Tensors } from '../graph/program.ts'
import type { ObjectiveInputs, System } from '../model/flow/system.ts'
import { bucketSums } from '../model/flow/time-buckets.ts'

/** Terms that are sums over the images rather than means. */
export const summedTerms = ['errorsByTime', 'imagesByTime']

export interface Gradients {
  loss: Tensor
  /** The terms of the loss, and `errorsByTime` and `imagesByTime` per range of times. */
  terms: Tensors
  /** In the order of the system's parameters. */
  grads: Tensor[]
}

/** The objective on one batch and its gradients; weights are in the order of the system's parameters. */
export function batchGradients(options: {
  system: System
  weights: Tensor[]
  inputs: ObjectiveInputs
}): Gradients {
  const { system, weights, inputs } = options
  const kept: Tensors = {}
  const { value: loss, grads } = tf.valueAndGrads((...given: Tensor[]) => {
    const objective = system.objective(
      Object.fromEntries(system.parameters.map(({ name }, i) => [name, given[i] as Tensor])),
      inputs,
    )
    // Kept, since everything but the loss is disposed with the gradient tape.
    const { sums: errorsByTime, counts: imagesByTime } = bucketSums(objective.velocityErrors, inputs.t)
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

/**
 * The mean over several batches. `gradientsOf` receives the tensors that its batch must wait for, so that the batches are
 * computed one after the other.
 */
export function accumulated(
  batches: number,
  gradientsOf: (batch: number, previous: Tensor[]) => Gradients,
): Gradients {
  let total = gradientsOf(0, [])
  for (let i = 1; i < batches; i++) {
    const { loss, terms, grads } = gradientsOf(i, [...total.grads, total.loss])
    total = {
      loss: total.loss.add(loss),
      terms: mapTerms(total.terms, (term, name) => term.add(terms[name] as Tensor)),
      grads: total.grads.map((sum, k) => sum.add(grads[k] as Tensor)),
    }
  }
  if (batches === 1) return total
  return {
    loss: total.loss.div(batches),
    terms: mapTerms(total.terms, (term, name) => (summedTerms.includes(name) ? term : term.div(batches))),
    grads: total.grads.map((sum) => sum.div(batches)),
  }
}

const mapTerms = (terms: Tensors, change: (term: Tensor, name: string) => Tensor): Tensors =>
  Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, change(term, name)]))
