import type { Binding, OpAttribute } from '../../backend/tfjs.ts'
import { edgeKey, collectValueInfo } from '../graph-utils.ts'
import type { ProgramSpec } from '../program.ts'
import { halfTypes, types } from '../analysis/shapes.ts'
import { stateNode } from '../trace.ts'
import type { Edge, OpNode, Trace } from '../trace.ts'

/** Convolutions and matrix products: the inputs that are values, and the one that is a gradient. */
const products: Record<string, { values: number[]; gradient?: number }> = {
  Conv2D: { values: [0, 1] },
  Conv2DBackpropInput: { values: [1, 2], gradient: 2 },
  Conv2DBackpropFilter: { values: [0, 2], gradient: 2 },
  MatMul: { values: [0, 1] },
  BatchMatMulV2: { values: [0, 1] },
}

/**
 * The magnitude that the largest element of a gradient is scaled to before it is rounded to fp16: small elements stay
 * representable, and sums over all pixels of a batch stay below fp16's maximum of 65,504.
 */
const gradientPeak = 1 / 16

/**
 * Computes the products of a trace in 16 bits: their inputs are rounded, their outputs cast to float32, and all other
 * operations stay in float32 (Micikevicius et al. 2018, “Mixed precision training”). fp16 has a small range of exponents,
 * so each gradient is scaled by its own largest element instead of one loss scale for all: no step overflows and none is
 * skipped.
 */
export function applyHalfPrecision(
  spec: ProgramSpec,
  trace: Trace,
  { binding, precision }: { binding: Binding; precision: 'bf16' | 'fp16' },
): Trace {
  const known = collectValueInfo(spec, trace)
  const exact = dependentOn(spec.exact ?? [], trace)
  const writer = new HalfWriter(binding, halfTypes[precision])
  for (const node of trace.nodes) {
    const product = node.kind === 'op' && !exact.has(node.name) ? products[node.op] : undefined
    if (node.kind === 'constant' || !product || node.outputs[0]?.dtype !== types.float32) {
      writer.nodes.push(node)
      continue
    }
    const { values, gradient } = product
    const scaled = precision === 'fp16' && gradient !== undefined ? (node.inputs[gradient] as Edge) : null
    const scale = scaled && writer.findScale(scaled, known.get(edgeKey(scaled))?.shape.length ?? 0)
    const inputs = node.inputs.map((edge, i) => {
      if (!values.includes(i)) return edge
      return writer.round(scale && i === gradient ? writer.multiply(edge, scale) : edge)
    })
    writer.addProduct(node, inputs, scale)
  }
  return { ...trace, nodes: writer.nodes }
}

/** The nodes that depend on these states. */
function dependentOn(states: string[], { nodes }: Trace): Set<string> {
  const found = new Set(states.map(stateNode))
  // In a trace a node stands after its inputs.
  for (const node of nodes)
    if (node.kind === 'op' && node.inputs.some(({ node: input }) => found.has(input))) found.add(node.name)
  return found
}

/** Adds nodes; a node that several products need is added once. */
class HalfWriter {
  readonly nodes: Trace['nodes'] = []
  private readonly added = new Map<string, Edge>()
  private readonly binding: Binding
  private readonly half16: number

  constructor(binding: Binding, half16: number) {
    this.binding = binding
    this.half16 = half16
  }

  round(edge: Edge): Edge {
    return this.addOnce(`${name(edge)}/half`, 'Cast', {
      inputs: [edge],
      attributes: [this.type('SrcT', types.float32), this.type('DstT', this.half16)],
      dtype: this.half16,
    })
  }

  /** The scalar gradientPeak / max|gradient|. */
  findScale(edge: Edge, rank: number): Edge {
    const prefix = name(edge)
    const axes = this.addConstant(
      `${prefix}/axes`,
      types.int32,
      Int32Array.from({ length: rank }, (_, i) => i),
    )
    const float = this.type('T', types.float32)
    const size = this.addOnce(`${prefix}/size`, 'Abs', { inputs: [edge], attributes: [float] })
    const largest = this.addOnce(`${prefix}/largest`, 'Max', {
      inputs: [size, axes],
      attributes: [
        float,
        this.type('Tidx', types.int32),
        { name: 'keep_dims', type: this.binding.TF_ATTR_BOOL, value: false },
      ],
    })
    const least = this.addConstant(`${prefix}/least`, types.float32, Float32Array.of(1e-30))
    const positive = this.addOnce(`${prefix}/positive`, 'Maximum', {
      inputs: [largest, least],
      attributes: [float],
    })
    const peak = this.addConstant(`${prefix}/peak`, types.float32, Float32Array.of(gradientPeak))
    return this.addOnce(`${prefix}/scale`, 'RealDiv', { inputs: [peak, positive], attributes: [float] })
  }

  multiply(edge: Edge, factor: Edge): Edge {
    const attributes = [this.type('T', types.float32)]
    return this.addOnce(`${name(edge)}/scaled`, 'Mul', { inputs: [edge, factor], attributes })
  }

  /** Adds the node in 16 bits and, by its original name, its output in float32. */
  addProduct(node: OpNode, inputs: Edge[], scale: Edge | null): void {
    const rounded = `${node.name}/in-half`
    this.nodes.push({
      ...node,
      name: rounded,
      inputs,
      attributes: node.attributes.map((each) => (each.name === 'T' ? this.type('T', this.half16) : each)),
      outputs: node.outputs.map((output) => ({ ...output, dtype: this.half16 })),
    })
    const wide = scale ? `${node.name}/wide` : node.name
    this.nodes.push({
      ...node,
      name: wide,
      op: 'Cast',
      inputs: [{ node: rounded, index: 0 }],
      attributes: [this.type('SrcT', this.half16), this.type('DstT', types.float32)],
    })
    if (!scale) return
    this.nodes.push({
      ...node,
      op: 'RealDiv',
      inputs: [{ node: wide, index: 0 }, scale],
      attributes: [this.type('T', types.float32)],
    })
  }

  private addConstant(nodeName: string, dtype: number, values: Float32Array | Int32Array): Edge {
    const added = this.added.get(nodeName)
    if (added) return added
    const shape = dtype === types.int32 ? [values.length] : []
    this.nodes.push({ kind: 'constant', name: nodeName, dtype, shape, values })
    const edge = { node: nodeName, index: 0 }
    this.added.set(nodeName, edge)
    return edge
  }

  private addOnce(
    nodeName: string,
    op: string,
    {
      inputs,
      attributes,
      dtype = types.float32,
    }: { inputs: Edge[]; attributes: OpAttribute[]; dtype?: number },
  ): Edge {
    const added = this.added.get(nodeName)
    if (added) return added
    // Shapes are not needed any more: the graph is only written.
    this.nodes.push({ kind: 'op', name: nodeName, op, inputs, attributes, outputs: [{ shape: [], dtype }] })
    const edge = { node: nodeName, index: 0 }
    this.added.set(nodeName, edge)
    return edge
  }

  private type(attribute: string, value: number): OpAttribute {
    return { name: attribute, type: this.binding.TF_ATTR_TYPE, value }
  }
}

/** The prefix of the names of nodes that are derived from a value. */
const name = ({ node, index }: Edge) => (index === 0 ? node : `${node}/${index}`)
