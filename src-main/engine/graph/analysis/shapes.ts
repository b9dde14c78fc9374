import { util } from '@tensorflow/tfjs-core'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { OpAttribute } from '../../backend/tfjs.ts'
import { allReduceNode } from '../all-reduce.ts'
import { controlledIdentityNode } from '../control-dependencies.ts'
import { adamNode, averageNode } from '../optimizer-ops.ts'

/** TensorFlow's numbers of the data types used here. */
export const types = { float32: 1, int32: 3, uint8: 4, bool: 10 } as const

/** Bytes of one element of a type. */
export const bytesPerElement = (dtype: number): number =>
  dtype === types.bool || dtype === types.uint8 ? 1 : 4

/** Types of 16 bits, which only lowered graphs have. */
export const halfTypes = { bf16: 14, fp16: 19 } as const

/** Static shape and type of a value; `values` where they are constant. */
export interface ValueInfo {
  shape: number[]
  /** TensorFlow's number of the type. */
  dtype: number
  values?: ArrayLike<number>
}

interface Call {
  op: string
  inputs: ValueInfo[]
  attributes: OpAttribute[]
}

/**
 * Infers the outputs of an operation as TensorFlow does, without running it.
 * @throws FlowerbedError `unavailable` for an operation that is not in the table
 */
export function inferOutputs(call: Call): ValueInfo[] {
  const infer = table.get(call.op)
  if (!infer)
    throw new FlowerbedError('unavailable', errorText('graph.operationUnknown', { operation: call.op }))
  return infer(call)
}

type Infer = (call: Call) => ValueInfo[]

const table = new Map<string, Infer>()
/** The operations that can be compiled. */
export const listCompilableOps = (): string[] => [...table.keys()]
const add = (ops: string, infer: Infer) => {
  for (const op of ops.split(' ')) table.set(op, infer)
}

const input = ({ op, inputs }: Call, i: number): ValueInfo => {
  const known = inputs[i]
  if (!known) throw new FlowerbedError('internal', errorText('graph.noInput', { operation: op, index: i }))
  return known
}

/** The constant values of an input that determines the output's shape. */
const constant = (call: Call, i: number): number[] => {
  const { values } = input(call, i)
  if (!values) {
    throw new FlowerbedError('unavailable', errorText('graph.shapeOfValue', { operation: call.op }))
  }
  return Array.from(values)
}

const attribute = <T>({ op, attributes }: Call, name: string): T => {
  const found = attributes.find((each) => each.name === name)
  if (!found) throw new FlowerbedError('internal', errorText('graph.noAttribute', { operation: op, name }))
  return found.value as T
}

const like = (known: ValueInfo, dtype = known.dtype): ValueInfo[] => [{ shape: known.shape, dtype }]
const of = (shape: number[], dtype: number): ValueInfo[] => [{ shape, dtype }]
const size = (shape: number[]) => util.sizeFromShape(shape)

/** The shape that two shapes broadcast to (NumPy's rule). */
function broadcast(a: number[], b: number[]): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1
    const right = b[i - rank + b.length] ?? 1
    return left === 1 ? right : left
  })
}

add(
  'Square Sqrt Rsqrt Relu Relu6 Elu Neg Exp Expm1 Log Log1p Tanh Sin Cos Floor Ceil Round Abs Sign Sigmoid Softplus Reciprocal Erf ' +
    'ZerosLike Identity LeakyRelu LogicalNot ReluGrad TanhGrad SigmoidGrad EluGrad BiasAdd AddN ClipByValue Softmax',
  (call) => like(input(call, 0)),
)
add(adamNode, (call) => [0, 1, 2].flatMap((i) => like(input(call, i))))
add(averageNode, (call) => like(input(call, 0)))
add(controlledIdentityNode, (call) => like(input(call, 0)))
add(allReduceNode, (call) => like(input(call, 0)))
// Flowerbed's kernels (src-main/native/kernels).
add('FlowerbedGroupNorm', (call) => [0, 2, 2].flatMap((i) => like(input(call, i))))
add('FlowerbedGroupNormGradient', (call) => [0, 1, 1, 1].flatMap((i) => like(input(call, i))))
add('FlowerbedResizeBeside', (call) => {
  const [{ shape, dtype }, skip] = [input(call, 0), input(call, 1)]
  return of([...skip.shape.slice(0, 3), (shape[3] ?? 0) + (skip.shape[3] ?? 0)], dtype)
})
add('FlowerbedResizeBesideGradient', (call) => {
  const { shape, dtype } = input(call, 0)
  const [n = 0, toHeight = 0, toWidth = 0, both = 0] = shape
  const [height, width, channels] = ['height', 'width', 'channels'].map((name) =>
    attribute<number>(call, name),
  )
  return [[height, width, channels] as number[], [toHeight, toWidth, both - (channels ?? 0)]].flatMap(
    (rest) => of([n, ...rest], dtype),
  )
})
add('L2Loss', (call) => of([], input(call, 0).dtype))
add('IsNan IsFinite IsInf', (call) => like(input(call, 0), types.bool))
add('Cast', (call) => like(input(call, 0), attribute<number>(call, 'DstT')))
add(
  'Add AddV2 Mul Sub RealDiv Div DivNoNan FloorDiv Maximum Minimum Pow SquaredDifference Mod FloorMod Atan2',
  (call) => of(broadcast(input(call, 0).shape, input(call, 1).shape), input(call, 0).dtype),
)
add('Greater GreaterEqual Less LessEqual Equal NotEqual LogicalAnd LogicalOr', (call) =>
  of(broadcast(input(call, 0).shape, input(call, 1).shape), types.bool),
)
add('Select', (call) => like(input(call, 1)))
add('SelectV2', (call) => {
  const [condition, a, b] = [input(call, 0), input(call, 1), input(call, 2)]
  return of(broadcast(condition.shape, broadcast(a.shape, b.shape)), a.dtype)
})
add('BiasAddGrad', (call) => of(input(call, 0).shape.slice(-1), input(call, 0).dtype))

add('Reshape', (call) => {
  const from = input(call, 0)
  const shape = constant(call, 1)
  const known = size(shape.filter((side) => side >= 0))
  return of(
    shape.map((side) => (side < 0 ? size(from.shape) / known : side)),
    from.dtype,
  )
})
add('Sum Mean Max Min Prod Any All', (call) => {
  const { shape, dtype } = input(call, 0)
  const axes = constant(call, 1).map((axis) => (axis < 0 ? axis + shape.length : axis))
  const kept = shape.map((side, i) => (axes.includes(i) ? 1 : side))
  return of(attribute<boolean>(call, 'keep_dims') ? kept : shape.filter((_, i) => !axes.includes(i)), dtype)
})
add('Tile', (call) => {
  const { shape, dtype } = input(call, 0)
  const times = constant(call, 1)
  return of(
    shape.map((side, i) => side * (times[i] ?? 1)),
    dtype,
  )
})
add('ArgMax', (call) => {
  const { shape } = input(call, 0)
  const [axis = 0] = constant(call, 1)
  return of(
    shape.filter((_, i) => i !== (axis < 0 ? axis + shape.length : axis)),
    attribute<number>(call, 'output_type'),
  )
})
add('Transpose', (call) => {
  const { shape, dtype } = input(call, 0)
  return of(
    constant(call, 1).map((axis) => shape[axis] ?? 1),
    dtype,
  )
})
add('Fill', (call) => of(constant(call, 0), input(call, 1).dtype))
add('BroadcastTo', (call) => of(constant(call, 1), input(call, 0).dtype))
add('Slice', (call) => {
  const { shape, dtype } = input(call, 0)
  const begin = constant(call, 1)
  return of(
    constant(call, 2).map((side, i) => (side < 0 ? (shape[i] ?? 0) - (begin[i] ?? 0) : side)),
    dtype,
  )
})
add('Pad PadV2 MirrorPad', (call) => {
  const { shape, dtype } = input(call, 0)
  const paddings = constant(call, 1)
  return of(
    shape.map((side, i) => side + (paddings[2 * i] ?? 0) + (paddings[2 * i + 1] ?? 0)),
    dtype,
  )
})
add('ConcatV2', (call) => {
  const parts = call.inputs.slice(0, -1)
  const first = input(call, 0)
  const [axisInput = 0] = constant(call, call.inputs.length - 1)
  const axis = axisInput < 0 ? axisInput + first.shape.length : axisInput
  const length = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0)
  return of(
    first.shape.map((side, i) => (i === axis ? length : side)),
    first.dtype,
  )
})
add('SplitV', (call) => {
  const { shape, dtype } = input(call, 0)
  const [axisInput = 0] = constant(call, 2)
  const axis = axisInput < 0 ? axisInput + shape.length : axisInput
  return constant(call, 1).map((length) => ({
    shape: shape.map((side, i) => (i === axis ? length : side)),
    dtype,
  }))
})
add('GatherV2', (call) => {
  const { shape, dtype } = input(call, 0)
  const [axisInput = 0] = constant(call, 2)
  const axis = axisInput < 0 ? axisInput + shape.length : axisInput
  const within = input(call, 1).shape.slice(attribute<number>(call, 'batch_dims'))
  return of([...shape.slice(0, axis), ...within, ...shape.slice(axis + 1)], dtype)
})
add('OneHot', (call) => {
  const { shape } = input(call, 0)
  const [depth = 0] = constant(call, 1)
  return of([...shape, depth], input(call, 2).dtype)
})

add('MatMul', (call) => {
  const [a, b] = [input(call, 0), input(call, 1)]
  const rows = a.shape[attribute<boolean>(call, 'transpose_a') ? 1 : 0] ?? 0
  const columns = b.shape[attribute<boolean>(call, 'transpose_b') ? 0 : 1] ?? 0
  return of([rows, columns], a.dtype)
})
add('BatchMatMulV2', (call) => {
  const [a, b] = [input(call, 0), input(call, 1)]
  const rows = a.shape.at(attribute<boolean>(call, 'adj_x') ? -1 : -2) ?? 0
  const columns = b.shape.at(attribute<boolean>(call, 'adj_y') ? -2 : -1) ?? 0
  return of([...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns], a.dtype)
})

/** Height and width of the output of a window of `kernel` that moves by `strides`. */
function slideWindow(call: Call, sides: number[], kernel: number[]): number[] {
  const strides = attribute<number[]>(call, 'strides')
  const same = attribute<string>(call, 'padding') === 'SAME'
  return sides.map((side, i) => {
    const stride = strides[i + 1] ?? 1
    return Math.ceil((same ? side : side - (kernel[i] ?? 1) + 1) / stride)
  })
}

add('Conv2D', (call) => {
  const [x, filter] = [input(call, 0), input(call, 1)]
  const [n = 0, ...rest] = x.shape
  const dilations = attribute<number[]>(call, 'dilations')
  const reach = filter.shape.slice(0, 2).map((side, i) => (side - 1) * (dilations[i + 1] ?? 1) + 1)
  return of([n, ...slideWindow(call, rest.slice(0, 2), reach), filter.shape[3] ?? 0], x.dtype)
})
add('DepthwiseConv2dNative', (call) => {
  const [x, filter] = [input(call, 0), input(call, 1)]
  const [n = 0, height = 0, width = 0] = x.shape
  const [kernelHeight = 1, kernelWidth = 1, channels = 0, multiplier = 1] = filter.shape
  return of(
    [n, ...slideWindow(call, [height, width], [kernelHeight, kernelWidth]), channels * multiplier],
    x.dtype,
  )
})
add('Conv2DBackpropInput', (call) => of(constant(call, 0), input(call, 2).dtype))
add('Conv2DBackpropFilter', (call) => of(constant(call, 1), input(call, 2).dtype))
add('MaxPool AvgPool', (call) => {
  const { shape, dtype } = input(call, 0)
  const [n = 0, height = 0, width = 0, channels = 0] = shape
  const kernel = attribute<number[]>(call, 'ksize').slice(1, 3)
  return of([n, ...slideWindow(call, [height, width], kernel), channels], dtype)
})
add('MaxPoolGrad', (call) => like(input(call, 0)))
add('AvgPoolGrad', (call) => of(constant(call, 0), input(call, 1).dtype))
add('ResizeBilinear ResizeNearestNeighbor', (call) => {
  const [n = 0, , , channels = 0] = input(call, 0).shape
  return of([n, ...constant(call, 1), channels], input(call, 0).dtype)
})
add('ResizeBilinearGrad', (call) => like(input(call, 1), input(call, 0).dtype))
add('ResizeNearestNeighborGrad', (call) => {
  const [n = 0, , , channels = 0] = input(call, 0).shape
  return of([n, ...constant(call, 1), channels], input(call, 0).dtype)
})
add('StatelessRandomNormal StatelessRandomUniform', (call) =>
  of(constant(call, 0), attribute<number>(call, 'dtype')),
)
