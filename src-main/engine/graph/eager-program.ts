import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { withImplementations } from '../model/abstract-ops.ts'
import { eagerImplementations } from './passes/lower-ops.ts'
import { checkFeeds, checkStateSizes, getReadableState, stateNames, toTensor } from './program.ts'
import type { InputValues, Program, ProgramSpec, Tensors, Values } from './program.ts'
import { checkNext } from './trace.ts'

/** Runs a program's body operation by operation: the reference that a compiled program must equal. */
export function createEagerProgram(spec: ProgramSpec): Program {
  const state: Tensors = Object.fromEntries(
    Object.entries(getReadableState(spec)).map(([name, { shape, dtype }]) => [
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
      const fedTensors = Object.fromEntries(
        Object.entries(spec.feeds).map(([name, declared]) => [
          name,
          toTensor(declared, feeds[name] as InputValues[string]),
        ]),
      )
      const { fetches, next } = withImplementations(eagerImplementations, () =>
        spec.body({ ...state }, fedTensors),
      )
      for (const [name, tensor] of Object.entries(next)) checkNext(spec, name, tensor)
      const values = Object.fromEntries(
        Object.entries(fetches).map(([name, tensor]) => [name, tensor.dataSync() as Values[string]]),
      )
      // Replaced last, so that a body that throws leaves the state unchanged; cloned, since next may be a state tensor.
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
      checkStateSizes(spec, values)
      for (const name of stateNames(spec, Object.keys(values))) {
        replace(
          name,
          toTensor(spec.state[name] as ProgramSpec['state'][string], values[name] as InputValues[string]),
        )
      }
    },
    dispose: () => tf.dispose(state),
  }
}
