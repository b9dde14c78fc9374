import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Binding } from '../../backend/tfjs.ts'
import { GraphWriter } from './graph-writer.ts'
import type { AttrValue, FunctionDef } from './protobuf.ts'

/** An input or output of a function: a node of the body, and TensorFlow's number of its type. */
export interface Argument {
  node: string
  type: number
}

/** The names of operations' outputs in TensorFlow's definitions, by which a function's nodes refer to each other. */
const outputNames: Record<string, string> = {
  activations: 'Relu Relu6 Elu Softplus LeakyRelu',
  backprops: 'ReluGrad EluGrad',
  product: 'MatMul',
  resized_images: 'ResizeBilinear ResizeNearestNeighbor',
  softmax: 'Softmax',
  sum: 'AddN',
  value: 'ReadVariableOp',
  y: 'Square Sqrt Rsqrt Neg Exp Expm1 Log Log1p Tanh Sin Cos Floor Ceil Round Abs Sign Sigmoid Reciprocal Erf ZerosLike LogicalNot IsNan IsFinite IsInf Cast Transpose',
  z: 'TanhGrad SigmoidGrad Add AddV2 Mul Sub RealDiv Div DivNoNan FloorDiv Maximum Minimum Pow SquaredDifference Mod FloorMod Atan2 Greater GreaterEqual Less LessEqual Equal NotEqual LogicalAnd LogicalOr',
  output:
    'Const Identity ArgMax BiasAdd ClipByValue L2Loss Select SelectV2 BiasAddGrad Reshape Sum Mean Max Min Prod Any All Tile Fill BroadcastTo Slice Pad PadV2 MirrorPad ConcatV2 GatherV2 OneHot BatchMatMulV2 Conv2D DepthwiseConv2dNative Conv2DBackpropInput Conv2DBackpropFilter MaxPool AvgPool MaxPoolGrad AvgPoolGrad ResizeBilinearGrad ResizeNearestNeighborGrad StatelessRandomNormal StatelessRandomUniform SplitV',
}
const outputNameOf = new Map(
  Object.entries(outputNames).flatMap(([name, ops]) => ops.split(' ').map((op) => [op, name] as const)),
)

/** The operations that a function can consist of. */
export const listFunctionOps = (): string[] => [...outputNameOf.keys()]

/** Writes the nodes of a function, as `GraphWriter` those of a graph; nodes must be written before they are named. */
export class FunctionWriter extends GraphWriter {
  private readonly definition: FunctionDef
  readonly inputs: Argument[]
  /** How the body names its nodes' outputs: an argument's name, or the node with the name of its output. */
  private readonly references = new Map<string, (index: string) => string>()

  constructor(binding: Binding, inputs: Argument[]) {
    super(binding)
    this.definition = new this.pb.FunctionDef()
    this.inputs = inputs
    inputs.forEach(({ node }, i) => this.references.set(node, () => `in${i}`))
  }

  // eslint-disable-next-line max-params -- the four fields of TensorFlow's NodeDef
  override writeNode(
    op: string,
    name: string,
    inputs: string[],
    attributes: Record<string, AttrValue>,
  ): void {
    const references = inputs.map((input) => this.refer(input))
    this.definition.addNodeDef(this.createNode(op, name, references, attributes))
    const output = outputNameOf.get(op)
    this.references.set(name, (index) => {
      if (output === undefined)
        throw new FlowerbedError('unavailable', errorText('graph.notInFunction', { operation: op }))
      return `${name}:${output}:${index}`
    })
  }

  /** The function with these outputs. */
  toFunction(name: string, outputs: Argument[]): FunctionDef {
    const signature = new this.pb.OpDef()
    signature.setName(name)
    signature.setIsStateful(true)
    const createArgument = (argument: string, type: number) => {
      const definition = new this.pb.OpDef.ArgDef()
      definition.setName(argument)
      definition.setType(type)
      return definition
    }
    this.inputs.forEach(({ type }, i) => signature.addInputArg(createArgument(`in${i}`, type)))
    outputs.forEach(({ node, type }, i) => {
      signature.addOutputArg(createArgument(`out${i}`, type))
      this.definition.getRetMap().set(`out${i}`, this.refer(node))
    })
    this.definition.setSignature(signature)
    return this.definition
  }

  /** A control input stays as it is. */
  private refer(input: string): string {
    if (input.startsWith('^')) return input
    const [node = '', index = '0'] = input.split(':')
    const reference = this.references.get(node)
    if (!reference) throw new FlowerbedError('internal', errorText('graph.noNodeYet', { node }))
    return reference(index)
  }
}
