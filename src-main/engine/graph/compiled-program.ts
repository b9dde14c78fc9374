import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { createLogger } from '../../log.ts'
import { removeAbandonedSync } from '../../files/abandoned.ts'
import { processTag } from '../../files/process-identity.ts'
import { nodeBackend } from '../backend/tfjs.ts'
import { writeSavedModel } from './saved-model/graph-def.ts'
import {
  assignedOutput,
  doneOutput,
  fusedNode,
  fetchOutput,
  givenFeed,
  initFeed,
  valueOutput,
} from './saved-model/node-names.ts'
import { lower } from './passes/lower.ts'
import { graphKey, PreparedGraphs } from './prepared-graphs.ts'
import { writeFusedSavedModel } from './saved-model/fused-saved-model.ts'
import { iterationsFeed, writeLoopSavedModel } from './saved-model/loop-saved-model.ts'
import { checkFeeds, checkStateSizes, concat, getReadableState, stateNames, toTensor } from './program.ts'
import type { InputValues, Program, ProgramSpec, TensorSpec, Values } from './program.ts'
import { trace } from './trace.ts'

const log = createLogger('graph')

let programs = 0

/** The graphs that are prepared for the next run. */
export const preparedGraphs = new PreparedGraphs((session) => nodeBackend().deleteSavedModel(session))

const folderPrefix = 'flowerbed-program-'
let leftoversRemoved = false

/** A temporary folder for a SavedModel; the first call also removes the folders of processes that were killed. */
function createProgramFolder(): string {
  if (!leftoversRemoved) {
    leftoversRemoved = true
    removeAbandonedSync(tmpdir(), new RegExp(`^${folderPrefix}`))
  }
  return mkdtempSync(join(tmpdir(), `${folderPrefix}${processTag()}-`))
}

export interface CompiledProgram extends Program {
  readonly isFused: boolean
}

/** The values of a placeholder. */
type Feed = [name: string, spec: TensorSpec, values: InputValues[string]]

/**
 * Traces a program's body and compiles it: a run is one call into TensorFlow, or up to `iterations` runs are. A `fused`
 * program is compiled by XLA in its first run, which takes seconds.
 * @throws FlowerbedError when the body cannot be traced or TensorFlow refuses the graph
 */
export function createCompiledProgram(
  spec: ProgramSpec,
  { iterations = 1, fused = false }: { iterations?: number; fused?: boolean } = {},
): CompiledProgram {
  const backend = nodeBackend()
  const lowered = lower(spec, trace(spec, { fused }), { binding: backend.binding, fused })
  // What XLA compiles takes too long to be prepared.
  const key = preparedGraphs.isOpen && !fused ? graphKey({ spec, trace: lowered, iterations }) : null
  const write = fused ? writeFusedSavedModel : iterations > 1 ? writeLoopSavedModel : writeSavedModel
  const session =
    (key === null ? null : preparedGraphs.take(spec.name, key)) ??
    loadGraph(write({ spec, trace: lowered, binding: backend.binding, id: `${spec.name}-${++programs}` }))

  /** One native call, which leaves no tensor behind: values of placeholders → values of outputs. */
  const call = (feeds: Feed[], outputs: string[]): Values[string][] => {
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

  const fetches = Object.keys(lowered.fetches)
  const feedList = Object.entries(spec.feeds)
  const outputs = [...fetches.map(fetchOutput), doneOutput]
  const unwritten = new Set(Object.keys(getReadableState(spec)))
  let isFused = fused
  let hasRun = false
  const callBody = (given: Feed[]): Values[string][] => {
    if (!isFused) return call(given, outputs)
    try {
      const values = call(given, outputs.map(fusedNode))
      hasRun = true
      return values
    } catch (thrown) {
      // XLA compiles in the first call, before anything is computed; it fails in many ways, from a missing assembler on.
      if (hasRun) throw thrown
      log.warn(`“${spec.name}” runs without fused kernels:`, thrown)
      isFused = false
      return call(given, outputs)
    }
  }
  const runOnce = (feeds: InputValues): Values => {
    checkFeeds(spec, feeds)
    const given = feedList.map(([name, declared]): Feed => [
      `${givenFeed(name)}:0`,
      declared,
      feeds[name] as InputValues[string],
    ])
    const results = callBody(given)
    return Object.fromEntries(fetches.map((name, i) => [name, results[i] as Values[string]]))
  }
  /** At most `iterations` runs in one call. */
  const runLoop = (feeds: InputValues[]): Values[] => {
    for (const each of feeds) checkFeeds(spec, each)
    const results = call(
      [
        [iterationsFeed, { shape: [], dtype: 'int32' }, Int32Array.of(feeds.length)],
        ...feedList.map(([name, { shape, dtype }]): Feed => [
          `${givenFeed(name)}:0`,
          { shape: [feeds.length, ...shape], dtype },
          concat(feeds.map((each) => each[name] as InputValues[string])),
        ]),
      ],
      outputs,
    )
    return feeds.map((_, k) =>
      Object.fromEntries(
        fetches.map((name, i) => {
          const all = results[i] as Values[string]
          const size = all.length / feeds.length
          return [name, all.subarray(k * size, (k + 1) * size)]
        }),
      ),
    )
  }
  const runMany = (feeds: InputValues[]): Values[] =>
    iterations > 1 ? chunk(feeds, iterations).flatMap(runLoop) : feeds.map(runOnce)
  const assign = (values: InputValues, names: string[]) => {
    call(
      names.map((name) => [
        initFeed(name),
        spec.state[name] as TensorSpec,
        values[name] as InputValues[string],
      ]),
      names.map(assignedOutput),
    )
    for (const name of names) unwritten.delete(name)
  }
  /** What was never written is zero. Only then, since TensorFlow optimizes the graph for each new set of names. */
  const zeroUnwritten = () => {
    const names = [...unwritten]
    if (names.length > 0) assign(createZeros(spec, names), names)
  }
  const program: CompiledProgram = {
    mode: 'compiled',
    get isFused() {
      return isFused
    },
    run: (feeds) => program.runMany([feeds])[0] as Values,
    runMany: (feeds) => {
      zeroUnwritten()
      return runMany(feeds)
    },
    read: (only) => {
      const names = stateNames(spec, only)
      zeroUnwritten()
      const results = names.length === 0 ? [] : call([], names.map(valueOutput))
      return Object.fromEntries(names.map((name, i) => [name, results[i] as Values[string]]))
    },
    write: (values) => {
      const names = stateNames(spec, Object.keys(values))
      if (names.length === 0) return
      checkStateSizes(spec, values)
      assign(values, names)
    },
    dispose: () => {
      preparedGraphs.release(session, { name: spec.name, key })
    },
  }
  return program
}

/** @throws FlowerbedError `unavailable` when TensorFlow refuses the graph */
function load(folder: string): number {
  try {
    return nodeBackend().loadSavedModelMetaGraph(folder, 'serve')
  } catch (cause) {
    throw new FlowerbedError('unavailable', errorText('graph.refused', { reason: String(cause) }), { cause })
  }
}

function loadGraph(savedModel: Uint8Array): number {
  const folder = createProgramFolder()
  try {
    writeFileSync(join(folder, 'saved_model.pb'), savedModel)
    return load(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function chunk<T>(all: T[], length: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / length) }, (_, i) =>
    all.slice(i * length, (i + 1) * length),
  )
}

function createZeros({ state }: ProgramSpec, names: string[]): Values {
  return Object.fromEntries(
    names.map((name) => {
      const { shape, dtype } = state[name] as TensorSpec
      const size = tf.util.sizeFromShape(shape)
      return [name, dtype === 'float32' ? new Float32Array(size) : new Int32Array(size)]
    }),
  )
}
