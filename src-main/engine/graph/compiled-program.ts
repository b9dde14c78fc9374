import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { FlowerbedError } from '#shared/errors.ts'
import { removeAbandonedSync } from '../../files/abandoned.ts'
import { processTag } from '../../files/process-identity.ts'
import { nodeBackend } from '../backend/tfjs.ts'
import {
  assignedOutput,
  doneOutput,
  fetchOutput,
  initFeed,
  savedModel,
  valueOutput,
} from './saved-model/graph-def.ts'
import { lowered } from './passes/lower.ts'
import { iterationsFeed, loopedModel, stackedFeed } from './saved-model/loop-saved-model.ts'
import { checkFeeds, checkSizes, concat, readableState, stateNames, toTensor } from './program.ts'
import type { Given, Program, ProgramSpec, TensorSpec, Values } from './program.ts'
import { feedNode, trace } from './trace.ts'

let programs = 0

let tidied = false

/** A folder for a graph on its way to TensorFlow; the first one also removes those of processes that were killed. */
function programFolder(): string {
  if (!tidied) {
    tidied = true
    removeAbandonedSync(tmpdir(), /^flowerbed-program-/)
  }
  return mkdtempSync(join(tmpdir(), `flowerbed-program-${processTag()}-`))
}

/** What a placeholder is given. */
type Fed = [name: string, spec: TensorSpec, values: Given[string]]

/**
 * Traces a program's body and runs it as one call into TensorFlow from then on, or up to `iterations` of it.
 * @throws FlowerbedError when the body cannot be traced or the graph is refused
 */
export function createCompiledProgram(
  spec: ProgramSpec,
  { iterations }: { iterations: number } = { iterations: 1 },
): Program {
  const backend = nodeBackend()
  const traced = lowered(spec, trace(spec), backend.binding)
  const id = `${spec.name}-${++programs}`
  const folder = programFolder()
  let session: number
  try {
    const written = { spec, trace: traced, binding: backend.binding, id }
    writeFileSync(join(folder, 'saved_model.pb'), iterations > 1 ? loopedModel(written) : savedModel(written))
    session = load(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }

  /** One call: feeds by name, outputs by name; every tensor of it is gone afterwards. */
  const call = (feeds: Fed[], outputs: string[]): Values[string][] => {
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
  const outputs = [...fetches.map(fetchOutput), doneOutput]
  const once = (feeds: Given): Values => {
    checkFeeds(spec, feeds)
    const results = call(
      feedList.map(([name, declared]) => [`${feedNode(name)}:0`, declared, feeds[name] as Given[string]]),
      outputs,
    )
    return Object.fromEntries(fetches.map((name, i) => [name, results[i] as Values[string]]))
  }
  /** At most `iterations` of them. */
  const looped = (feeds: Given[]): Values[] => {
    for (const each of feeds) checkFeeds(spec, each)
    const results = call(
      [
        [iterationsFeed, { shape: [], dtype: 'int32' }, Int32Array.of(feeds.length)],
        ...feedList.map(([name, { shape, dtype }]): Fed => [
          stackedFeed(name),
          { shape: [feeds.length, ...shape], dtype },
          concat(feeds.map((each) => each[name] as Given[string])),
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
  const runMany = (feeds: Given[]): Values[] =>
    iterations > 1 ? inPieces(feeds, iterations).flatMap(looped) : feeds.map(once)
  const program: Program = {
    mode: 'compiled',
    run: (feeds) => (iterations > 1 ? (looped([feeds])[0] as Values) : once(feeds)),
    runMany,
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

function inPieces<T>(all: T[], length: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / length) }, (_, i) =>
    all.slice(i * length, (i + 1) * length),
  )
}

function zeros(specs: Record<string, TensorSpec>): Values {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { shape, dtype }]) => {
      const size = tf.util.sizeFromShape(shape)
      return [name, dtype === 'float32' ? new Float32Array(size) : new Int32Array(size)]
    }),
  )
}
