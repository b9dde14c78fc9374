import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { withImplementations } from '../model/abstract-ops.ts'
import { eagerImplementations } from './passes/lower-ops.ts'
import { checkFeeds, checkSizes, readableState, stateNames, toTensor } from './program.ts'
import type { Given, Program, ProgramSpec, Tensors, Values } from './program.ts'
import { checkNext } from './trace.ts'

/** Runs a program's body operation by operation: the reference of what compiling must give. */
export function createEagerProgram(spec: ProgramSpec): Program {
  const state: Tensors = Object.fromEntries(
    Object.entries(readableState(spec)).map(([name, { shape, dtype }]) => [
      name,
      tf.keep(tf.zeros(shape, dtype as 'float32' | 'int32')),
    ]),
  )
  const replace = (name: string, tensor: Tensor) => {
    state[name]?.dispose()
    state[name] = tf.keep(tensor)
  }
  const run: Program['run'] = (feeds) => {
    checkFeeds(spec, feeds)
    return tf.tidy(() => {
      const fed = Object.fromEntries(
        Object.entries(spec.feeds).map(([name, declared]) => [
          name,
          toTensor(declared, feeds[name] as Given[string]),
        ]),
      )
      const { fetches, next } = withImplementations(eagerImplementations, () => spec.body({ ...state }, fed))
      for (const [name, tensor] of Object.entries(next)) checkNext(spec, name, tensor)
      const values = Object.fromEntries(
        Object.entries(fetches).map(([name, tensor]) => [name, tensor.dataSync() as Values[string]]),
      )
      // Only now, so that a body that throws leaves the state as it was; a clone, since next may be a state itself.
      const clones = Object.entries(next).map(([name, tensor]) => [name, tensor.clone()] as const)
      for (const [name, clone] of clones) replace(name, clone)
      return values
    })
  }
  return {
    mode: 'eager',
    run,
    runMany: (feeds) => feeds.map(run),
    read: (names) =>
      Object.fromEntries(
        stateNames(spec, names).map((name) => [
          name,
          (state[name] as Tensor).dataSync().slice() as Values[string],
        ]),
      ),
    write: (values) => {
      checkSizes(spec, values)
      for (const name of stateNames(spec, Object.keys(values))) {
        replace(
          name,
          toTensor(spec.state[name] as ProgramSpec['state'][string], values[name] as Given[string]),
        )
      }
    },
    dispose: () => tf.dispose(state),
  }
}
