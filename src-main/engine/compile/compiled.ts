import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { FlowerbedError } from '#contract/errors.ts'
import { nodeBackend } from './backend.ts'
import { assignedOutput, doneOutput, fetchOutput, initFeed, savedModel, valueOutput } from './graph-def.ts'
import { checkFeeds, checkSizes, readableState, stateNames, toTensor } from './program.ts'
import type { Given, Program, ProgramSpec, TensorSpec, Values } from './program.ts'
import { feedNode, trace } from './trace.ts'

let programs = 0

/**
 * Traces a program's body and runs it as one call into TensorFlow from then on.
 * @throws FlowerbedError when the body cannot be traced or the graph is refused
 */
export function createCompiledProgram(spec: ProgramSpec): Program {
  const backend = nodeBackend()
  const traced = trace(spec)
  const id = `${spec.name}-${++programs}`
  const folder = mkdtempSync(join(tmpdir(), 'flowerbed-program-'))
  let session: number
  try {
    writeFileSync(
      join(folder, 'saved_model.pb'),
      savedModel({ spec, trace: traced, binding: backend.binding, id }),
    )
    session = load(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }

  /** One call: feeds by name, outputs by name; every tensor of it is gone afterwards. */
  const call = (
    feeds: [name: string, spec: TensorSpec, values: Given[string]][],
    outputs: string[],
  ): Values[string][] => {
    const inputs = feeds.map(([, declared, values]) => toTensor(declared, values))
    let results: Tensor[] = []
    try {
      results = backend.runSavedModel(
        session,
        inputs,
        feeds.map(([name]) => ({ name })),
        outputs,
      )
      return results.map((result) => result.dataSync() as Values[string])
    } finally {
      tf.dispose(inputs)
      tf.dispose(results)
    }
  }

  const fetches = Object.keys(traced.fetches)
  const feedList = Object.entries(spec.feeds)
  const program: Program = {
    mode: 'compiled',
    run: (feeds) => {
      checkFeeds(spec, feeds)
      const results = call(
        feedList.map(([name, declared]) => [`${feedNode(name)}:0`, declared, feeds[name] as Given[string]]),
        [...fetches.map(fetchOutput), doneOutput],
      )
      return Object.fromEntries(fetches.map((name, i) => [name, results[i] as Values[string]]))
    },
    read: (only) => {
      const names = stateNames(spec, only)
      const results = names.length === 0 ? [] : call([], names.map(valueOutput))
      return Object.fromEntries(names.map((name, i) => [name, results[i] as Values[string]]))
    },
    write: (values) => {
      const names = stateNames(spec, Object.keys(values))
      if (names.length === 0) return
      checkSizes(spec, values)
      call(
        names.map((name) => [initFeed(name), spec.state[name] as TensorSpec, values[name] as Given[string]]),
        names.map(assignedOutput),
      )
    },
    dispose: () => {
      backend.deleteSavedModel(session)
    },
  }
  program.write(zeros(readableState(spec)))
  return program
}

/** @throws FlowerbedError `unavailable` when TensorFlow does not take the graph */
function load(folder: string): number {
  try {
    return nodeBackend().loadSavedModelMetaGraph(folder, 'serve')
  } catch (cause) {
    throw new FlowerbedError('unavailable', `TensorFlow does not take the graph: ${String(cause)}`, { cause })
  }
}

function zeros(specs: Record<string, TensorSpec>): Values {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { shape, dtype }]) => {
      const size = tf.util.sizeFromShape(shape)
      return [name, dtype === 'float32' ? new Float32Array(size) : new Int32Array(size)]
    }),
  )
}
