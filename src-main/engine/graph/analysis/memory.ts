import { util } from '@tensorflow/tfjs-core'
import { controlledIdentityNode } from '../control-dependencies.ts'
import { isUpdate } from '../passes/in-place.ts'
import { feedNode, liveNodes, stateNode } from '../trace.ts'
import type { Edge, OpNode, Trace } from '../trace.ts'
import type { ProgramSpec, TensorSpec } from '../program.ts'
import { bytesPerElement, types } from './shapes.ts'

/** Operations whose output shares the memory of their input. */
const views = new Set(['Reshape', 'Identity', controlledIdentityNode])

/** Elementwise operations that TensorFlow computes in the memory of an input without further readers. */
const inPlace = new Set(
  (
    'Add AddV2 Mul Sub RealDiv DivNoNan Maximum Minimum SquaredDifference AddN Square Sqrt Rsqrt Relu Neg Exp Log Tanh Sin Cos ' +
    'Floor Abs Sigmoid Softplus Reciprocal ReluGrad Cast BiasAdd'
  ).split(' '),
)

/** Updates of state are computed in place. */
export const isView = (node: OpNode) => views.has(node.op) || isUpdate(node)

/** Bytes of the program's state, and the peak of one call with the state included. */
export interface ProgramMemory {
  stateBytes: number
  peakBytes: number
}

/**
 * Estimates the memory of a call from shapes: values live from the operation that computes them to their last reader, in
 * the order of the body's calls. TensorFlow may choose another order and allocates more inside its kernels. Several
 * `iterations` in one call hold one iteration's values, and the feeds and fetches of all.
 */
export function estimateProgramMemory(
  spec: ProgramSpec,
  trace: Trace,
  { iterations = 1 }: { iterations?: number } = {},
): ProgramMemory {
  const one = estimateOneIteration(spec, trace)
  if (iterations === 1) return one
  const all = (specs: TensorSpec[]) => specs.reduce((sum, each) => sum + bytes(each), 0)
  const fed = iterations * all(Object.values(spec.feeds))
  const fetched = all(Object.values(trace.fetches).map((fetch) => fetch.spec))
  // The last iteration runs while the fetches of all before it are held; at the end all are copied into one tensor.
  const atLast = one.peakBytes + (iterations - 1) * fetched
  const atEnd = one.stateBytes + 2 * iterations * fetched
  return { stateBytes: one.stateBytes, peakBytes: fed + Math.max(atLast, atEnd) }
}

function estimateOneIteration(spec: ProgramSpec, trace: Trace): ProgramMemory {
  const nodes = liveNodes(trace)
  const buffers = new Buffers()
  for (const [name, tensor] of Object.entries(spec.state)) buffers.allocate(stateNode(name), bytes(tensor))
  const stateBytes = buffers.held
  for (const [name, tensor] of Object.entries(spec.feeds)) buffers.allocate(feedNode(name), bytes(tensor))
  for (const node of nodes) {
    if (node.kind !== 'op' || !isView(node)) continue
    node.outputs.forEach((_, index) => {
      buffers.share(key({ node: node.name, index }), key(node.inputs[index]))
    })
  }
  const lastUse = new Map<string, number>()
  nodes.forEach((node, i) => {
    if (node.kind === 'op') for (const edge of node.inputs) lastUse.set(buffers.getRoot(key(edge)), i)
  })
  // Fetches and next values of the state outlive the last operation.
  for (const edge of [...Object.values(trace.fetches), ...Object.values(trace.next)])
    lastUse.set(buffers.getRoot(key(edge)), nodes.length)
  const replaced = new Set(Object.keys(trace.next).map(stateNode))
  for (const name of Object.keys(spec.state).map(stateNode))
    if (!replaced.has(name)) lastUse.set(name, nodes.length)
  for (const name of Object.keys(spec.feeds)) lastUse.set(feedNode(name), nodes.length)

  nodes.forEach((node, i) => {
    if (node.kind === 'constant') {
      buffers.allocate(node.name, node.values.byteLength)
      return
    }
    if (isView(node)) return
    const dying = new Set(node.inputs.map((edge) => buffers.getRoot(key(edge)))).values()
    const ends = [...dying].filter((root) => lastUse.get(root) === i)
    const written = node.outputs.map((output) => size(output.shape) * bytesPerElement(output.dtype))
    if (inPlace.has(node.op)) {
      const reused = ends.find((root) => buffers.getSize(root) === written[0])
      if (reused !== undefined) buffers.free(reused)
    }
    written.forEach((taken, index) => buffers.allocate(key({ node: node.name, index }), taken))
    for (const root of ends) buffers.free(root)
    // Outputs without readers.
    node.outputs.forEach((_, index) => {
      const name = key({ node: node.name, index })
      if (!lastUse.has(buffers.getRoot(name))) buffers.free(name)
    })
  })
  return { stateBytes, peakBytes: buffers.peak }
}

const size = (shape: number[]) => util.sizeFromShape(shape)
const bytes = ({ shape, dtype }: TensorSpec) => size(shape) * bytesPerElement(types[dtype])
const key = (edge: Edge | undefined) =>
  edge ? (edge.index === 0 ? edge.node : `${edge.node}:${edge.index}`) : ''

/** Allocated memory by the name of the value that it was allocated for. */
class Buffers {
  held = 0
  peak = 0
  private readonly bytes = new Map<string, number>()
  private readonly roots = new Map<string, string>()

  allocate(name: string, bytes: number): void {
    this.bytes.set(name, bytes)
    this.held += bytes
    this.peak = Math.max(this.peak, this.held)
  }

  free(name: string): void {
    this.held -= this.bytes.get(name) ?? 0
    this.bytes.delete(name)
  }

  share(name: string, other: string): void {
    this.roots.set(name, this.getRoot(other))
  }

  getRoot(name: string): string {
    return this.roots.get(name) ?? name
  }

  getSize(root: string): number | undefined {
    return this.bytes.get(root)
  }
}
