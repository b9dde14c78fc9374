import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { attributeKind, nodeBackend } from '../backend/tfjs.ts'
import type { Binding, NodeBackend, OpAttribute, TensorHandle } from '../backend/tfjs.ts'
import { withImplementations } from '../model/abstract-ops.ts'
import { withCallSite } from './call-site.ts'
import { traceImplementations } from './passes/lower-ops.ts'
import type { ProgramSpec, TensorSpec } from './program.ts'
import { inferOutputs, types } from './analysis/shapes.ts'
import type { ValueInfo } from './analysis/shapes.ts'

/** The value that is output `index` of a node. */
export interface Edge {
  node: string
  index: number
}

export interface ConstantNode {
  kind: 'constant'
  name: string
  dtype: number
  shape: number[]
  values: Float32Array | Int32Array | Uint8Array
}

export interface OpNode {
  kind: 'op'
  name: string
  op: string
  attributes: OpAttribute[]
  inputs: Edge[]
  outputs: ValueInfo[]
}

/** A program's body as a graph: state and feeds are edges named `state/…` and `feed/…`. */
export interface Trace {
  nodes: (ConstantNode | OpNode)[]
  fetches: Record<string, Edge & { spec: TensorSpec }>
  next: Record<string, Edge>
}

export const stateNode = (name: string) => `state/${name}/read`
export const feedNode = (name: string) => `feed/${name}`

/**
 * Runs a program's body once and records every TensorFlow operation that it calls, abstract ones as
 * `passes/lower-ops.ts` implements them. None of them is executed: only shapes and types are inferred. A `portable`
 * trace has only operations that every TensorFlow knows.
 * @throws FlowerbedError `internal` when the body reads a value, uses an external tensor or returns a wrong shape;
 * `unavailable` for an operation that cannot be compiled. Both name the call site.
 */
export function trace(
  spec: ProgramSpec,
  { portable = false, fused = false }: { portable?: boolean; fused?: boolean } = {},
): Trace {
  const backend = nodeBackend()
  const { binding, getInputTensorIds } = backend
  const recorder = new Recorder(spec.name, binding)
  const implementations = traceImplementations({
    kernels: !portable && !fused && binding.kernels !== undefined,
    fused,
  })
  // tfjs numbers tensors in the order of their creation.
  const newest = tf.tidy(() => tf.scalar(0).id)
  tf.engine().startScope()
  try {
    backend.binding = recorder.createBinding()
    backend.getInputTensorIds = (tensors) => {
      // The values of an external tensor would be recorded as a constant, and its handle replaced by one of the trace.
      if (tensors.some(({ id }) => id <= newest)) throw withCallSite(externalTensorError(spec.name))
      return getInputTensorIds.call(backend, tensors)
    }
    const placeholders = (specs: Record<string, TensorSpec>, nodeOf: (name: string) => string) =>
      Object.fromEntries(
        Object.entries(specs).map(([name, { shape, dtype }]) => {
          const known = { shape, dtype: types[dtype] }
          return [
            name,
            backend.createOutputTensor(recorder.createHandle({ node: nodeOf(name), index: 0 }, known)),
          ]
        }),
      )
    const [state, feeds] = [placeholders(spec.state, stateNode), placeholders(spec.feeds, feedNode)]
    const { fetches, next } = withImplementations(implementations, () => spec.body(state, feeds))
    const edge = (tensor: Tensor) => recorder.getEdge(getTensorId(backend, tensor))
    return {
      fetches: Object.fromEntries(
        Object.entries(fetches).map(([name, tensor]) => [
          name,
          { ...edge(tensor), spec: { shape: tensor.shape, dtype: tensor.dtype as TensorSpec['dtype'] } },
        ]),
      ),
      next: Object.fromEntries(
        Object.entries(next).map(([name, tensor]) => {
          checkNext(spec, name, tensor)
          return [name, edge(tensor)]
        }),
      ),
      nodes: recorder.nodes,
    }
  } finally {
    tf.engine().endScope()
    backend.binding = binding
    backend.getInputTensorIds = getInputTensorIds
  }
}

/** Nodes that a fetch or the next value of a state depends on. */
export function liveNodes(trace: Trace): Trace['nodes'] {
  const byName = new Map(trace.nodes.map((node) => [node.name, node]))
  const live = new Set<string>()
  const open = [...Object.values(trace.fetches), ...Object.values(trace.next)].map((edge) => edge.node)
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (live.has(name)) continue
    live.add(name)
    const node = byName.get(name)
    if (node?.kind === 'op') open.push(...node.inputs.map((edge) => edge.node))
  }
  return trace.nodes.filter((node) => live.has(node.name))
}

/** @throws FlowerbedError `internal` when the next value of a state has another shape or type than the state */
export function checkNext(spec: ProgramSpec, name: string, tensor: Tensor): void {
  const declared = spec.state[name]
  if (!declared || declared.dtype !== tensor.dtype || declared.shape.join() !== tensor.shape.join()) {
    const typeOf = ({ dtype, shape }: { dtype: string; shape: readonly number[] }) =>
      `${dtype}[${shape.join()}]`
    const next = { program: spec.name, name, type: typeOf(tensor) }
    throw new FlowerbedError(
      'internal',
      declared
        ? errorText('graph.otherState', { ...next, declared: typeOf(declared) })
        : errorText('graph.undeclaredState', next),
    )
  }
}

/** The tensor's id in the binding; values that are not yet in TensorFlow become a constant. */
function getTensorId(backend: NodeBackend, tensor: Tensor): number {
  return backend.getInputTensorIds([tensor])[0] as number
}

const externalTensorError = (program: string) =>
  new FlowerbedError('internal', errorText('graph.outsideTensor', { program }))

/** Adds the call site to an error of one recorded call. */
function atCallSite<T>(record: () => T): T {
  try {
    return record()
  } catch (thrown) {
    throw withCallSite(thrown)
  }
}

class Recorder {
  readonly nodes: Trace['nodes'] = []
  private readonly known = new Map<number, Edge & { known: ValueInfo }>()
  private readonly constants = new Map<string, number>()
  private readonly program: string
  private readonly native: Binding
  /** Ids are negative, so that tfjs never has TensorFlow delete them; −1 means “not yet sent” in tfjs. */
  private lastId = -1

  constructor(program: string, native: Binding) {
    this.program = program
    this.native = native
  }

  /** A handle of a value that is only recorded. */
  createHandle(edge: Edge, known: ValueInfo): TensorHandle {
    const id = --this.lastId
    this.known.set(id, { ...edge, known })
    return { id, shape: known.shape, dtype: known.dtype }
  }

  getEdge(id: number): Edge {
    const { node, index } = this.getEntry(id)
    return { node, index }
  }

  /** A binding that records its calls. */
  createBinding(): Binding {
    return {
      ...this.native,
      createTensor: (shape, dtype, values) => atCallSite(() => this.recordConstant(shape, dtype, values)),
      deleteTensor: () => undefined,
      tensorDataSync: () => atCallSite(() => this.refuseRead()),
      executeOp: (op, attributes, inputs) => atCallSite(() => this.recordOp({ op, attributes, inputs })),
    }
  }

  private refuseRead(): never {
    throw new FlowerbedError('internal', errorText('graph.valueRead', { program: this.program }))
  }

  private getEntry(id: number): Edge & { known: ValueInfo } {
    const entry = this.known.get(id)
    if (!entry) throw externalTensorError(this.program)
    return entry
  }

  private recordConstant(shape: number[], dtype: number, values: ArrayLike<number>): number {
    const copy = this.copyValues(dtype, values)
    const key = `${dtype}[${shape.join()}]${Buffer.from(copy.buffer, copy.byteOffset, copy.byteLength).toString('latin1')}`
    let id = this.constants.get(key)
    if (id === undefined) {
      const name = `c${this.nodes.length}`
      id = this.createHandle({ node: name, index: 0 }, { shape: [...shape], dtype, values: copy }).id
      this.constants.set(key, id)
      this.nodes.push({ kind: 'constant', name, dtype, shape: [...shape], values: copy })
    }
    return id
  }

  private copyValues(dtype: number, values: ArrayLike<number>): ConstantNode['values'] {
    if (dtype === types.float32) return Float32Array.from(values)
    if (dtype === types.int32) return Int32Array.from(values)
    if (dtype === types.bool) return Uint8Array.from(values)
    throw new FlowerbedError('unavailable', errorText('graph.constantType', { program: this.program, dtype }))
  }

  private recordOp(call: { op: string; attributes: OpAttribute[]; inputs: number[] }): TensorHandle[] {
    const { op, attributes } = call
    for (const attribute of attributes) attributeKind(this.native, op, attribute)
    const inputs = call.inputs.map((id) => this.getEntry(id))
    const outputs = inferOutputs({ op, attributes, inputs: inputs.map(({ known }) => known) })
    const name = `n${this.nodes.length}`
    this.nodes.push({
      kind: 'op',
      name,
      op,
      attributes,
      inputs: inputs.map(({ node, index }) => ({ node, index })),
      outputs,
    })
    return outputs.map((known, index) => this.createHandle({ node: name, index }, known))
  }
}
