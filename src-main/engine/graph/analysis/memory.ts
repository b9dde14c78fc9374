import { util } from '@tensorflow/tfjs-core'
import { controlledIdentityNode } from '../control-dependencies.ts'
import { isUpdate } from '../passes/in-place.ts'
import { feedNode, liveNodes, stateNode } from '../trace.ts'
import type { Edge, OpNode, Trace } from '../trace.ts'
import type { ProgramSpec, TensorSpec } from '../program.ts'
import { bytesOf, types } from './shapes.ts'

/** Operations that answer their input's memory as it is. */
const views = new Set(['Reshape', 'Identity', controlledIdentityNode])

/** Operations that TensorFlow writes over an input nobody else needs any more. */
const inPlace = new Set(
  (
    'Add AddV2 Mul Sub RealDiv DivNoNan Maximum Minimum SquaredDifference AddN Square Sqrt Rsqrt Relu Neg Exp Log Tanh Sin Cos ' +
    'Floor Abs Sigmoid Softplus Reciprocal ReluGrad Cast BiasAdd'
  ).split(' '),
)

/** Updates of state are made where it is. */
const isView = (node: OpNode) => views.has(node.op) || isUpdate(node)

/** Bytes of the program's state, and the most that one call holds of it and all else at once. */
export interface ProgramMemory {
  stateBytes: number
  peakBytes: number
}

/**
 * How much memory a call takes, from the shapes alone: values live from the operation that makes them to the last one
 * that reads them, in the order in which the body asks for them. TensorFlow may keep to another order and takes some
 * more inside of its kernels. Several `iterations` in one call hold one iteration's values, and the feeds and answers of all.
 */
export function memoryOf(
  spec: ProgramSpec,
  trace: Trace,
  { iterations = 1 }: { iterations?: number } = {},
): ProgramMemory {
  const one = memoryOfOne(spec, trace)
  if (iterations === 1) return one
  const all = (specs: TensorSpec[]) => specs.reduce((sum, each) => sum + bytes(each), 0)
  const fed = iterations * all(Object.values(spec.feeds))
  const answered = all(Object.values(trace.fetches).map((fetch) => fetch.spec))
  // The last iteration has the answers of those before beside it; at the end all are copied into a row.
  const atLast = one.peakBytes + (iterations - 1) * answered
  const atEnd = one.stateBytes + 2 * iterations * answered
  return { stateBytes: one.stateBytes, peakBytes: fed + Math.max(atLast, atEnd) }
}

function memoryOfOne(spec: ProgramSpec, trace: Trace): ProgramMemory {
  const nodes = liveNodes(trace)
  const buffers = new Buffers()
  for (const [name, tensor] of Object.entries(spec.state)) buffers.make(stateNode(name), bytes(tensor))
  const stateBytes = buffers.held
  for (const [name, tensor] of Object.entries(spec.feeds)) buffers.make(feedNode(name), bytes(tensor))
  for (const node of nodes) {
    if (node.kind !== 'op' || !isView(node)) continue
    node.outputs.forEach((_, index) => {
      buffers.share(key({ node: node.name, index }), key(node.inputs[index]))
    })
  }
  const lastUse = new Map<string, number>()
  nodes.forEach((node, i) => {
    if (node.kind === 'op') for (const edge of node.inputs) lastUse.set(buffers.rootOf(key(edge)), i)
  })
  // What is fetched or kept outlives the call's last operation.
  for (const edge of [...Object.values(trace.fetches), ...Object.values(trace.next)])
    lastUse.set(buffers.rootOf(key(edge)), nodes.length)
  const replaced = new Set(Object.keys(trace.next).map(stateNode))
  for (const name of Object.keys(spec.state).map(stateNode))
    if (!replaced.has(name)) lastUse.set(name, nodes.length)
  for (const name of Object.keys(spec.feeds)) lastUse.set(feedNode(name), nodes.length)

  nodes.forEach((node, i) => {
    if (node.kind === 'constant') {
      buffers.make(node.name, node.values.byteLength)
      return
    }
    if (isView(node)) return
    const dying = new Set(node.inputs.map((edge) => buffers.rootOf(key(edge)))).values()
    const ends = [...dying].filter((root) => lastUse.get(root) === i)
    const written = node.outputs.map((output) => size(output.shape) * bytesOf(output.dtype))
    if (inPlace.has(node.op)) {
      const reused = ends.find((root) => buffers.sizeOf(root) === written[0])
      if (reused !== undefined) buffers.free(reused)
    }
    written.forEach((taken, index) => buffers.make(key({ node: node.name, index }), taken))
    for (const root of ends) buffers.free(root)
    // Outputs that nobody reads.
    node.outputs.forEach((_, index) => {
      const name = key({ node: node.name, index })
      if (!lastUse.has(buffers.rootOf(name))) buffers.free(name)
    })
  })
  return { stateBytes, peakBytes: buffers.peak }
}

const size = (shape: number[]) => util.sizeFromShape(shape)
const bytes = ({ shape, dtype }: TensorSpec) => size(shape) * bytesOf(types[dtype])
const key = (edge: Edge | undefined) =>
  edge ? (edge.index === 0 ? edge.node : `${edge.node}:${edge.index}`) : ''

/** Memory that is held, by the name of the value that first had it. */
class Buffers {
  held = 0
  peak = 0
  private readonly bytes = new Map<string, number>()
  private readonly roots = new Map<string, string>()

  make(name: string, bytes: number): void {
    this.bytes.set(name, bytes)
    this.held += bytes
    this.peak = Math.max(this.peak, this.held)
  }

  free(name: string): void {
    this.held -= this.bytes.get(name) ?? 0
    this.bytes.delete(name)
  }

  share(name: string, with_: string): void {
    this.roots.set(name, this.rootOf(with_))
  }

  rootOf(name: string): string {
    return this.roots.get(name) ?? name
  }

  sizeOf(root: string): number | undefined {
    return this.bytes.get(root)
  }
}
