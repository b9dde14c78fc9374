import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { FlowerbedError } from '#contract/errors.ts'
import { nodeBackend } from './backend.ts'
import type { Binding, NodeBackend, OpAttribute } from './backend.ts'
import type { ProgramSpec, TensorSpec } from './program.ts'

/** Where a value comes from: output `index` of a node. */
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
 * Runs a program's body once on zeros and records every TensorFlow operation it makes.
 * @throws FlowerbedError `internal` when the body reads a value back, or answers something of the wrong shape
 */
export function trace(spec: ProgramSpec): Trace {
  const backend = nodeBackend()
  const binding = backend.binding
  const recorder = new Recorder(spec.name, binding)
  tf.engine().startScope()
  try {
    const zeros = (specs: Record<string, TensorSpec>, nodeOf: (name: string) => string) =>
      Object.fromEntries(
        Object.entries(specs).map(([name, { shape, dtype }]) => {
          const tensor = tf.zeros(shape, dtype)
          recorder.know(idOf(backend, tensor), { node: nodeOf(name), index: 0 })
          return [name, tensor]
        }),
      )
    const state = zeros(spec.state, stateNode)
    const feeds = zeros(spec.feeds, feedNode)
    backend.binding = recorder.binding()
    try {
      const { fetches, next } = spec.body(state, feeds)
      const edge = (tensor: Tensor) => recorder.edgeOf(idOf(backend, tensor))
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
      backend.binding = binding
      recorder.release()
    }
  } finally {
    tf.engine().endScope()
  }
}

/** A program may replace its state only by something of the same shape and type. */
export function checkNext(spec: ProgramSpec, name: string, tensor: Tensor): void {
  const declared = spec.state[name]
  if (!declared || declared.dtype !== tensor.dtype || declared.shape.join() !== tensor.shape.join()) {
    throw new FlowerbedError(
      'internal',
      `Program “${spec.name}” answers ${tensor.dtype}[${tensor.shape.join()}] as the next “${name}”, declared is ` +
        (declared ? `${declared.dtype}[${declared.shape.join()}]` : 'nothing of that name'),
    )
  }
}

/** The tensor's handle on TensorFlow's side; values not yet sent there are sent now. */
function idOf(backend: NodeBackend, tensor: Tensor): number {
  return backend.getInputTensorIds([tensor])[0] as number
}

class Recorder {
  readonly nodes: Trace['nodes'] = []
  private readonly edges = new Map<number, Edge>()
  private readonly constants = new Map<string, Edge>()
  /** Deleting is put off to the end, so that no handle is given out twice while it is looked up by number. */
  private readonly deleted: number[] = []
  private readonly program: string
  private readonly native: Binding

  constructor(program: string, native: Binding) {
    this.program = program
    this.native = native
  }

  know(id: number, edge: Edge): void {
    this.edges.set(id, edge)
  }

  edgeOf(id: number): Edge {
    const edge = this.edges.get(id)
    if (!edge) {
      throw new FlowerbedError(
        'internal',
        `Program “${this.program}” uses a tensor made outside of its body.`,
        {
          hint: 'Pass it in as state or as a feed.',
        },
      )
    }
    return edge
  }

  release(): void {
    for (const id of this.deleted) this.native.deleteTensor(id)
  }

  /** A binding that runs everything as before and writes it down. */
  binding(): Binding {
    return {
      ...this.native,
      createTensor: (shape, dtype, values) => this.constant(shape, dtype, values),
      deleteTensor: (id) => void this.deleted.push(id),
      tensorDataSync: () => {
        throw new FlowerbedError(
          'internal',
          `Program “${this.program}” reads a tensor's value in its body.`,
          {
            hint: 'A traced body must not depend on values; fetch them instead.',
          },
        )
      },
      // eslint-disable-next-line max-params -- the binding's own signature
      executeOp: (op, attributes, inputs, outputs) => this.op({ op, attributes, inputs }, outputs),
    }
  }

  private constant(shape: number[], dtype: number, values: ArrayLike<number>): number {
    const id = this.native.createTensor(shape, dtype, values)
    const copy = this.copyOf(dtype, values)
    const key = `${dtype}[${shape.join()}]${Buffer.from(copy.buffer, copy.byteOffset, copy.byteLength).toString('latin1')}`
    let edge = this.constants.get(key)
    if (!edge) {
      edge = { node: `c${this.nodes.length}`, index: 0 }
      this.constants.set(key, edge)
      this.nodes.push({ kind: 'constant', name: edge.node, dtype, shape: [...shape], values: copy })
    }
    this.edges.set(id, edge)
    return id
  }

  private copyOf(dtype: number, values: ArrayLike<number>): ConstantNode['values'] {
    if (dtype === this.native.TF_FLOAT) return Float32Array.from(values)
    if (dtype === this.native.TF_INT32) return Int32Array.from(values)
    if (dtype === this.native.TF_BOOL) return Uint8Array.from(values)
    throw new FlowerbedError(
      'internal',
      `Program “${this.program}” makes a constant of TensorFlow's type ${dtype}.`,
    )
  }

  private op(call: { op: string; attributes: OpAttribute[]; inputs: number[] }, outputs: number) {
    const { op, attributes, inputs } = call
    const handles = this.native.executeOp(op, attributes, inputs, outputs)
    const name = `n${this.nodes.length}`
    this.nodes.push({ kind: 'op', name, op, attributes, inputs: inputs.map((id) => this.edgeOf(id)) })
    handles.forEach(({ id }, index) => this.edges.set(id, { node: name, index }))
    return handles
  }
}
