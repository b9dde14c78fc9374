import type { Binding, OpAttribute } from '../../backend/tfjs.ts'
import { edgeKey, knownOf } from '../graph-utils.ts'
import type { ProgramSpec } from '../program.ts'
import { halfTypes, types } from '../analysis/shapes.ts'
import type { Edge, OpNode, Trace } from '../trace.ts'

/** Convolutions and matrix products, and which of their inputs are values; the last is a gradient in two of them. */
const products: Record<string, { values: number[]; gradient?: number }> = {
  Conv2D: { values: [0, 1] },
  Conv2DBackpropInput: { values: [1, 2], gradient: 2 },
  Conv2DBackpropFilter: { values: [0, 2], gradient: 2 },
  MatMul: { values: [0, 1] },
  BatchMatMulV2: { values: [0, 1] },
}

/**
 * What the largest number of a gradient becomes before it is rounded to fp16: small ones are then still told apart, and
 * sums over all places of a batch stay below fp16's 65,504.
 */
const gradientPeak = 1 / 16

/**
 * The trace with its products computed in 16 bits: what goes in is rounded, what comes out is float32 again, as is
 * everything between (Micikevicius et al. 2018, “Mixed precision training”). fp16 has few exponents, so each gradient is
 * scaled by its own largest number rather than the loss by one number for all: no step overflows and none is left out.
 */
export function withHalfPrecision(
  spec: ProgramSpec,
  trace: Trace,
  { binding, precision }: { binding: Binding; precision: 'bf16' | 'fp16' },
): Trace {
  const known = knownOf(spec, trace)
  const writer = new HalfWriter(binding, halfTypes[precision])
  for (const node of trace.nodes) {
    const product = node.kind === 'op' ? products[node.op] : undefined
    if (node.kind === 'constant' || !product || node.outputs[0]?.dtype !== types.float32) {
      writer.nodes.push(node)
      continue
    }
    const { values, gradient } = product
    const scaled = precision === 'fp16' && gradient !== undefined ? (node.inputs[gradient] as Edge) : null
    const scale = scaled && writer.scale(scaled, known.get(edgeKey(scaled))?.shape.length ?? 0)
    const inputs = node.inputs.map((edge, i) => {
      if (!values.includes(i)) return edge
      return writer.half(scale && i === gradient ? writer.times(edge, scale, 'Mul') : edge)
    })
    writer.product(node, inputs, scale)
  }
  return { ...trace, nodes: writer.nodes }
}

/** Adds nodes; those that several products need are made once. */
class HalfWriter {
  readonly nodes: Trace['nodes'] = []
  private readonly made = new Map<string, Edge>()
  private readonly binding: Binding
  private readonly half16: number

  constructor(binding: Binding, half16: number) {
    this.binding = binding
    this.half16 = half16
  }

  half(edge: Edge): Edge {
    return this.once(`${name(edge)}/half`, 'Cast', {
      inputs: [edge],
      attributes: [this.type('SrcT', types.float32), this.type('DstT', this.half16)],
      dtype: this.half16,
    })
  }

  /** gradientPeak over the largest number of a gradient, a scalar. */
  scale(edge: Edge, rank: number): Edge {
    const of = name(edge)
    const axes = this.constant(
      `${of}/axes`,
      types.int32,
      Int32Array.from({ length: rank }, (_, i) => i),
    )
    const float = this.type('T', types.float32)
    const size = this.once(`${of}/size`, 'Abs', { inputs: [edge], attributes: [float] })
    const largest = this.once(`${of}/largest`, 'Max', {
      inputs: [size, axes],
      attributes: [
        float,
        this.type('Tidx', types.int32),
        { name: 'keep_dims', type: this.binding.TF_ATTR_BOOL, value: false },
      ],
    })
    const least = this.constant(`${of}/least`, types.float32, Float32Array.of(1e-30))
    const positive = this.once(`${of}/positive`, 'Maximum', { inputs: [largest, least], attributes: [float] })
    const peak = this.constant(`${of}/peak`, types.float32, Float32Array.of(gradientPeak))
    return this.once(`${of}/scale`, 'RealDiv', { inputs: [peak, positive], attributes: [float] })
  }

  times(edge: Edge, factor: Edge, op: 'Mul' | 'RealDiv'): Edge {
    const attributes = [this.type('T', types.float32)]
    return this.once(`${name(edge)}/${op === 'Mul' ? 'scaled' : 'unscaled'}`, op, {
      inputs: [edge, factor],
      attributes,
    })
  }

  /** The node in 16 bits and, under its own name, its answer in float32. */

  product(node: OpNode, inputs: Edge[], scale: Edge | null): void {
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

  private constant(called: string, dtype: number, values: Float32Array | Int32Array): Edge {
    const known = this.made.get(called)
    if (known) return known
    const shape = dtype === types.int32 ? [values.length] : []
    this.nodes.push({ kind: 'constant', name: called, dtype, shape, values })
    const edge = { node: called, index: 0 }
    this.made.set(called, edge)
    return edge
  }

  private once(
    called: string,
    op: string,
    {
      inputs,
      attributes,
      dtype = types.float32,
    }: { inputs: Edge[]; attributes: OpAttribute[]; dtype?: number },
  ): Edge {
    const known = this.made.get(called)
    if (known) return known
    // Nobody asks for the shapes of a graph that is only written.
    this.nodes.push({ kind: 'op', name: called, op, inputs, attributes, outputs: [{ shape: [], dtype }] })
    const edge = { node: called, index: 0 }
    this.made.set(called, edge)
    return edge
  }

  private type(attribute: string, value: number): OpAttribute {
    return { name: attribute, type: this.binding.TF_ATTR_TYPE, value }
  }
}

/** What stands for a value in the names of the nodes made of it. */
const name = ({ node, index }: Edge) => (index === 0 ? node : `${node}/${index}`)
