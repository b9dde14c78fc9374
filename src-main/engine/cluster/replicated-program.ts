import { distributedRuntime } from '../backend/distributed.ts'
import type { SessionFeed, SessionFetch } from '../backend/distributed.ts'
import { nodeBackend } from '../backend/tfjs.ts'
import { types } from '../graph/analysis/shapes.ts'
import { lower } from '../graph/passes/lower.ts'
import { checkFeeds, checkStateSizes, getReadableState, stateNames } from '../graph/program.ts'
import type { InputValues, ProgramSpec, TensorSpec, Values } from '../graph/program.ts'
import {
  assignedOutput,
  doneOutput,
  fetchOutput,
  givenFeed,
  initFeed,
  valueOutput,
} from '../graph/saved-model/node-names.ts'
import { ownPartNode, replicaNode, writeReplicatedGraph } from '../graph/saved-model/replicated-graph.ts'
import { trace } from '../graph/trace.ts'
import { runOptions, sessionConfig } from './messages.ts'

/** Devices that compute one program together. */
export interface Devices {
  /** TensorFlow's names of them. */
  names: string[]
  /** The server of a cluster that they belong to; null for devices of this process. */
  target: string | null
  /** Whether all of them have Flowerbed's kernels; by default as this process. */
  haveKernels?: boolean
  /** How many devices this process's processor counts as, where they are of this process. */
  cpus?: number
}

/** The processor of this process as several devices. */
export const virtualDevices = (count: number): Devices => ({
  names: Array.from({ length: count }, (_, i) => `/job:localhost/replica:0/task:0/device:CPU:${i}`),
  target: null,
  cpus: count,
})

/** Several replicas of a program, each with its own copy of the state, run together in one call. */
export interface ReplicatedProgram {
  /** One call of all replicas; returns the first one's fetches. @param feeds of each replica */
  run: (feeds: InputValues[]) => Promise<Values>
  /**
   * Computes the parts of some replicas up to their exchange with the others, of which there must be one only, and changes
   * no state; resolves to the milliseconds until the slowest is done. One call at a time: a cluster's session hangs with two.
   * @param feeds by replica; the others compute nothing
   */
  timeOwnParts: (feeds: Map<number, InputValues>) => Promise<number>
  /** Copies the first replica's state, all of it but bytes, or the named entries; blocks. */
  read: (names?: string[]) => Values
  /** Replaces the named state of all replicas. */
  write: (values: InputValues) => Promise<void>
  /** Resolves once the session is closed; its runs must have ended. */
  dispose: () => Promise<void>
}

let programs = 0

/** How long a call may take before its devices count as hanging. */
const defaultTimeoutMs = 10 * 60_000
/** Reading the state blocks, so that it must end soon. */
const stateTimeoutMs = 60_000
/** Bytes that are written in one call: a message has at most 2 GB. */
const bytesPerWrite = 256e6

/**
 * Compiles replicas of a program, which differ in their feeds at most, for one device each.
 * @throws FlowerbedError when a body cannot be traced, or an error of TensorFlow
 */
export function createReplicatedProgram(
  specs: ProgramSpec[],
  devices: Devices,
  { timeoutMs = defaultTimeoutMs }: { timeoutMs?: number } = {},
): ReplicatedProgram {
  const { binding } = nodeBackend()
  const runtime = distributedRuntime()
  const key = ++programs
  const portable = devices.haveKernels === false
  const traces = specs.map((spec) =>
    lower(spec, trace(spec, { portable }), { binding, fused: false, portable }),
  )
  const graph = writeReplicatedGraph(
    specs.map((spec, i) => ({
      // The same in each program of a cluster, whose servers keep variables.
      source: { spec, trace: traces[i] as (typeof traces)[number], binding, id: `replicated/r${i}` },
      device: devices.names[i] as string,
    })),
    key,
  )
  const isCluster = devices.target !== null
  const config = sessionConfig({
    ...(devices.cpus === undefined ? {} : { cpus: devices.cpus }),
    ...(isCluster ? { leader: leaderOf(devices) } : {}),
  })
  const session = runtime.openSession(graph, config, devices.target ?? '')
  const optionsOf = (timeout: number) => runOptions({ timeoutMs: timeout, key: isCluster ? null : key })
  const [first] = specs as [ProgramSpec]
  const fetches = Object.keys((traces[0] as (typeof traces)[number]).fetches)

  const feedsOf = (replica: number, feeds: InputValues): SessionFeed[] => {
    const spec = specs[replica] as ProgramSpec
    checkFeeds(spec, feeds)
    return Object.entries(spec.feeds).map(([name, tensor]) =>
      feed(replicaNode(replica, givenFeed(name)), tensor, feeds[name] as InputValues[string]),
    )
  }
  return {
    run: async (feeds) => {
      const results = await runtime.run(
        session,
        optionsOf(timeoutMs),
        feeds.flatMap((each, i) => feedsOf(i, each)),
        [...fetches.map((name) => fetch(0, fetchOutput(name))), ...specs.map((_, i) => fetch(i, doneOutput))],
      )
      return Object.fromEntries(fetches.map((name, i) => [name, results[i] as Values[string]]))
    },
    timeOwnParts: async (feeds) => {
      const from = performance.now()
      const parts = [...feeds]
      const given = parts.flatMap(([replica, each]) => feedsOf(replica, each))
      const fetched = parts.map(([replica]): SessionFetch => [replicaNode(replica, ownPartNode), 0])
      await runtime.run(session, optionsOf(timeoutMs), given, fetched)
      return performance.now() - from
    },
    read: (only) => {
      const names = stateNames(first, only ?? Object.keys(getReadableState(first)))
      const fetched = names.map((name) => fetch(0, valueOutput(name)))
      const results =
        names.length === 0 ? [] : runtime.runNow(session, optionsOf(stateTimeoutMs), [], fetched)
      return Object.fromEntries(names.map((name, i) => [name, results[i] as Values[string]]))
    },
    write: async (values) => {
      const names = stateNames(first, Object.keys(values))
      checkStateSizes(first, values)
      const written = specs.flatMap((_, replica) =>
        names.map((name) => ({ replica, name, values: values[name] as InputValues[string] })),
      )
      for (const group of groupBySize(written)) {
        const given = group.map((each) =>
          feed(
            replicaNode(each.replica, initFeed(each.name)),
            first.state[each.name] as TensorSpec,
            each.values,
          ),
        )
        const assigned = group.map(({ replica, name }) => fetch(replica, assignedOutput(name)))
        await runtime.run(session, optionsOf(timeoutMs), given, assigned)
      }
    },
    dispose: () => runtime.close(session),
  }
}

/** The task of the first device. */
const leaderOf = ({ names: [first = ''] }: Devices): string => first.replace(/\/device:.*/, '')

/** An output `node:index` of a program. */
const split = (output: string): SessionFetch => {
  const [node = '', index = '0'] = output.split(':')
  return [node, Number(index)]
}

const fetch = (replica: number, output: string): SessionFetch => split(replicaNode(replica, output))

function feed(output: string, { shape, dtype }: TensorSpec, values: InputValues[string]): SessionFeed {
  const [node, index] = split(output)
  return [node, index, types[dtype], shape, values]
}

/** In order, in groups of at most `bytesPerWrite`; a larger one is alone. */
function groupBySize<T extends { values: { byteLength: number } }>(all: T[]): T[][] {
  const groups: T[][] = []
  let bytes = Infinity
  for (const each of all) {
    const { byteLength } = each.values
    if (bytes + byteLength > bytesPerWrite) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)?.push(each)
    bytes += byteLength
  }
  return groups
}
