import { util } from '@tensorflow/tfjs-core'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { nodeBackend } from '../../backend/tfjs.ts'
import { GraphWriter } from './graph-writer.ts'
import { Loop, exitOf } from './loop.ts'
import { concat } from '../program.ts'
import type { ProgramSpec, TensorSpec, Values } from '../program.ts'
import { types } from '../analysis/shapes.ts'
import { feedNode, liveNodes, stateNode, trace } from '../trace.ts'
import type { Edge, Trace } from '../trace.ts'

/** A message of protocol buffers has at most 2³¹ − 1 bytes; 64 MB are left for the graph around the constants. */
const maxBytes = 2 ** 31 - 64e6

/**
 * An iterated computation: `before` once, `step` for each of `feeds`, `after` once. Fetches of `before` are state of `step`
 * by the same names, one of them `x`, the feed of `after`. All other state is in `constants`.
 */
export interface Iteration {
  before: ProgramSpec
  step: ProgramSpec
  feeds: Values[]
  after: ProgramSpec
  constants: Values
}

/**
 * Writes the computation as the bytes of a self-contained SavedModel: the constants, the steps in a loop, and a signature
 * whose inputs are the feeds of `before` and whose outputs are the fetches of `after`.
 * @throws FlowerbedError `bad-input` when the constants exceed the size of one file, and what `trace` throws
 */
export function exportSavedModel(iteration: Iteration, signature: string): Uint8Array {
  const { before, step, feeds, after, constants } = iteration
  const all = [before, step, after]
  const traces = all.map((spec) => trace(spec, { portable: true })) as [Trace, Trace, Trace]
  const carriedNames = Object.keys(traces[0].fetches)
  const used = new Set(traces.flatMap(findReadNodes))
  const kept = Object.entries({ ...before.state, ...step.state, ...after.state }).filter(
    ([name]) => !carriedNames.includes(name) && used.has(stateNode(name)),
  )
  checkSize(kept.map(([, spec]) => spec))
  const graph = new GraphWriter(nodeBackend().binding)
  for (const [name, spec] of kept) writeConstant(graph, constantNode(name), spec, constants[name])
  for (const [name, { shape, dtype }] of Object.entries(before.feeds))
    graph.writePlaceholder(name, shape, dtype)
  for (const [name, { shape, dtype }] of Object.entries(step.feeds)) {
    const values = concat(feeds.map((each) => each[name] as Values[string]))
    writeConstant(graph, `steps/${name}`, { shape: [feeds.length, ...shape], dtype }, values)
  }
  writeConstant(graph, 'steps', { shape: [], dtype: 'int32' }, Int32Array.of(feeds.length))

  const [first, repeated, last] = traces
  const start = writeStage(graph, {
    ...{ name: 'before', spec: before, trace: first },
    ...{ state: constantNode, feed: (name) => name },
  })
  const loop = new Loop(graph, 'steps')
  const inLoop = (name: string) => `loop/${constantNode(name)}`
  for (const [name, { dtype }] of kept) loop.enter(inLoop(name), constantNode(name), types[dtype])
  for (const [name, spec] of Object.entries(step.feeds)) loop.pick(feedNode(name), `steps/${name}`, spec)
  const carried = Object.fromEntries(
    Object.entries(start.fetches).map(([name, edge]) => [
      name,
      loop.carry(name, graph.inputName(edge), types.float32),
    ]),
  )
  const stepped = writeStage(graph, {
    ...{ name: 'step', spec: step, trace: repeated },
    ...{ state: (name) => carried[name] ?? inLoop(name), feed: feedNode },
  })
  for (const [name, unchanged] of Object.entries(carried)) {
    const next = stepped.next[name]
    loop.setNext(name, next ? graph.inputName(next) : unchanged, types.float32)
  }
  loop.end([])
  const { fetches } = writeStage(graph, {
    ...{ name: 'after', spec: after, trace: last },
    ...{ state: constantNode, feed: () => exitOf('x') },
  })
  for (const [name, edge] of Object.entries(fetches))
    graph.writeIdentity(name, edge, { dtype: edge.spec.dtype, after: [] })
  return graph.toSavedModel({
    name: signature,
    inputs: before.feeds,
    outputs: Object.fromEntries(Object.entries(fetches).map(([name, { spec }]) => [name, spec])),
  })
}

const constantNode = (state: string) => `weights/${state}`

function checkSize(specs: TensorSpec[]): void {
  const bytes = specs.reduce((sum, { shape }) => sum + 4 * util.sizeFromShape(shape), 0)
  if (bytes <= maxBytes) return
  throw new FlowerbedError(
    'bad-input',
    errorText('export.tooLarge', { gigabytes: (bytes / 1e9).toFixed(1), most: (maxBytes / 1e9).toFixed(1) }),
  )
}

// eslint-disable-next-line max-params -- a node and its values
function writeConstant(
  graph: GraphWriter,
  name: string,
  { shape, dtype }: TensorSpec,
  values?: Values[string],
): void {
  if (!values) throw new FlowerbedError('internal', errorText('export.noValues', { name }))
  graph.writeConstant({ kind: 'constant', name, dtype: types[dtype], shape, values })
}

/** A traced body as part of a larger graph. */
interface Stage {
  /** Prefix of the names of its nodes. */
  name: string
  spec: ProgramSpec
  trace: Trace
  /** The nodes of its state and feeds. */
  state: (name: string) => string
  feed: (name: string) => string
}

/** Names of the nodes whose values are read. */
function findReadNodes(traced: Trace): string[] {
  const inputs = liveNodes(traced).flatMap((node) => (node.kind === 'op' ? node.inputs : []))
  const results = [...Object.values(traced.fetches), ...Object.values(traced.next)]
  return [...inputs, ...results].map(({ node }) => node)
}

/** Writes the operations of a body; returns its trace with the names that its nodes have in the graph. */
function writeStage(graph: GraphWriter, stage: Stage): Trace {
  const { spec, trace: traced, state, feed } = stage
  const outer = new Map([
    ...Object.keys(spec.state).map((name) => [stateNode(name), state(name)] as const),
    ...Object.keys(spec.feeds).map((name) => [feedNode(name), feed(name)] as const),
  ])
  const rename = (node: string) => outer.get(node) ?? `${stage.name}/${node}`
  const renamed = <T extends Edge>(edge: T): T => ({ ...edge, node: rename(edge.node) })
  const each = <T extends Edge>(edges: Record<string, T>) =>
    Object.fromEntries(Object.entries(edges).map(([name, edge]) => [name, renamed(edge)]))
  const nodes = liveNodes(traced).map((node) =>
    node.kind === 'constant'
      ? { ...node, name: rename(node.name) }
      : { ...node, name: rename(node.name), inputs: node.inputs.map(renamed) },
  )
  for (const node of nodes) {
    if (node.kind === 'constant') graph.writeConstant(node)
    else graph.writeOp(node)
  }
  return { nodes, fetches: each(traced.fetches), next: each(traced.next) }
}
