import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { T, add, ints, runOp, shape, side } from './operation-uses.ts'
import type { Use } from './operation-uses.ts'

/** Declares the uses of all operations but those with a sliding window (`window-operations.ts`). */

const positive = (x: Tensor) => tf.greater(x, 0)

/** An operation on inputs of one shape. */
const sameShapes = (count: number, call: Use['call'], of = shape()) =>
  of.map((each): Use => ({ shapes: Array.from({ length: count }, () => each), call }))
const byName = (attributes: Record<string, unknown>, count = 1, of = shape()) =>
  sameShapes(count, (op, inputs) => runOp(op, attributes, inputs), of)

add(
  'Square Relu Relu6 Elu Neg Exp Expm1 Tanh Sin Cos Floor Ceil Round Abs Sign Sigmoid Softplus Erf ZerosLike Identity LeakyRelu',
  byName(T),
)
add('Sqrt Rsqrt Log Log1p Reciprocal', byName(T), 'positive')
add('ReluGrad TanhGrad SigmoidGrad EluGrad', byName(T, 2))
add('Softmax', byName(T, 1, shape(1)))
add(
  'BiasAdd',
  shape(2).map((of) => ({ shapes: [of, of.slice(-1)], call: (op, x) => runOp(op, T, x) })),
)
add('BiasAddGrad', byName(T, 1, shape(2)))
add(
  'AddN',
  sameShapes(3, (op, x) => runOp(op, { ...T, N: 3 }, x)),
)
add(
  'ClipByValue',
  sameShapes(1, (op, [x]) => runOp(op, T, [x!, tf.scalar(-0.5), tf.scalar(0.5)])),
)
add('L2Loss', byName(T))
add('IsNan IsFinite IsInf', byName(T), 'odd')
add(
  'Cast',
  sameShapes(1, (op, x) => runOp(op, { SrcT: 'float32', DstT: 'int32', Truncate: false }, x)),
)
add(
  'LogicalNot',
  sameShapes(1, (op, [x]) => runOp(op, {}, [positive(x!)])),
)

/** Two shapes that broadcast, with sides of 1 and omitted sides. */
const broadcast = fc
  .tuple(shape(), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), fc.nat({ max: 4 }), fc.boolean())
  .map(([of, ones, omitted, swap]) => {
    const a = of.map((length, i) => (ones[i] ? 1 : length))
    const b = of.map((length, i) => (ones[i + 4] ? 1 : length)).slice(omitted)
    return swap ? [b, a] : [a, b]
  })
const two = (call: Use['call']) => broadcast.map((shapes): Use => ({ shapes, call }))
add(
  'Add AddV2 Mul Sub Maximum Minimum SquaredDifference Atan2',
  two((op, x) => runOp(op, T, x)),
)
add(
  'RealDiv Div DivNoNan FloorDiv Pow Mod FloorMod',
  two((op, x) => runOp(op, T, x)),
  'positive',
)
add(
  'Greater GreaterEqual Less LessEqual',
  two((op, x) => runOp(op, T, x)),
)
// Integers, so that some are equal.
add(
  'Equal NotEqual',
  two((op, x) =>
    runOp(
      op,
      T,
      x.map((each) => each.round()),
    ),
  ),
)
add(
  'LogicalAnd LogicalOr',
  two((op, x) => runOp(op, {}, x.map(positive))),
)
add(
  'Select',
  sameShapes(3, (op, [c, a, b]) => runOp(op, T, [positive(c!), a!, b!])),
)
add(
  'SelectV2',
  broadcast.map(([a, b]) => ({
    shapes: [b!, a!, b!],
    call: (op, [c, x, y]) => runOp(op, T, [positive(c!), x!, y!]),
  })),
)

add(
  'Reshape',
  shape(1).map((of) => ({
    shapes: [of],
    call: (op, [x]) => runOp(op, { ...T, Tshape: 'int32' }, [x!, ints([...of.slice(1), -1])]),
  })),
)
const reduced = fc.tuple(shape(1), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.boolean())
const reduce = (prepare: (x: Tensor) => Tensor, types: object) =>
  reduced.map(([of, chosen, keep]): Use => {
    // Non-negative or negative axes.
    const axes = of.flatMap((_, i) => (chosen[i] ? [keep ? i : i - of.length] : []))
    const attributes = { ...types, Tidx: 'int32', keep_dims: keep }
    return { shapes: [of], call: (op, [x]) => runOp(op, attributes, [prepare(x!), ints(axes)]) }
  })
add(
  'Sum Mean Max Min Prod',
  reduce((x) => x, T),
)
add('Any All', reduce(positive, {}))
add(
  'ArgMax',
  fc.tuple(shape(1), fc.nat({ max: 3 }), fc.boolean()).map(([of, at, fromEnd]): Use => {
    const axis = (at % of.length) - (fromEnd ? of.length : 0)
    const attributes = { ...T, Tidx: 'int32', output_type: 'int32' }
    return { shapes: [of], call: (op, [x]) => runOp(op, attributes, [x!, tf.scalar(axis, 'int32')]) }
  }),
)
add(
  'Tile',
  fc
    .tuple(shape(1), fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 }))
    .map(([of, times]) => ({
      shapes: [of],
      call: (op, [x]) => runOp(op, { ...T, Tmultiples: 'int32' }, [x!, ints(times.slice(0, of.length))]),
    })),
)
add(
  'Transpose',
  fc.tuple(shape(1), fc.nat({ max: 3 })).map(([of, turn]) => ({
    shapes: [of],
    call: (op, [x]) =>
      runOp(op, { ...T, Tperm: 'int32' }, [x!, ints(of.map((_, i) => (i + turn) % of.length).reverse())]),
  })),
)
add(
  'Fill',
  shape().map((of) => ({
    shapes: [[]],
    call: (op, [x]) => runOp(op, { ...T, index_type: 'int32' }, [ints(of), x!]),
  })),
)
add(
  'BroadcastTo',
  shape(1).map((of) => ({
    shapes: [of.map((length, i) => (i % 2 ? length : 1))],
    call: (op, [x]) => runOp(op, { ...T, Tidx: 'int32' }, [x!, ints(of)]),
  })),
)
add(
  'Slice',
  shape(1).map((of) => ({
    shapes: [of],
    call: (op, [x]) => {
      const begin = of.map((length) => Math.floor(length / 2))
      const size = of.map((length, i) => (i === 0 ? -1 : Math.ceil(length / 2)))
      return runOp(op, { ...T, Index: 'int32' }, [x!, ints(begin), ints(size)])
    },
  })),
)
const paddings = (of: number[]) =>
  tf.tensor2d(
    of.flatMap((length, i) => [i % 2, length - 1]),
    [of.length, 2],
    'int32',
  )
const padded = (more: () => Tensor[], attributes: object = {}) =>
  fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 4 }).map((of): Use => ({
    shapes: [of],
    call: (op, [x]) => runOp(op, { ...T, Tpaddings: 'int32', ...attributes }, [x!, paddings(of), ...more()]),
  }))
add(
  'Pad',
  padded(() => []),
)
add(
  'PadV2',
  padded(() => [tf.scalar(0.25)]),
)
add(
  'MirrorPad',
  padded(() => [], { mode: 'REFLECT' }),
)
const alongOne = fc.tuple(shape(1), fc.nat({ max: 3 }), fc.boolean()).map(([of, at, fromEnd]) => {
  const axis = at % of.length
  return { of, axis, axisInput: fromEnd ? axis - of.length : axis }
})
add(
  'ConcatV2',
  alongOne.map(({ of, axis, axisInput }) => ({
    shapes: [1, 3, 2].map((length) => of.map((each, i) => (i === axis ? length : each))),
    call: (op, x) => runOp(op, { ...T, N: 3, Tidx: 'int32' }, [...x, tf.scalar(axisInput, 'int32')]),
  })),
)
add(
  'SplitV',
  alongOne.map(({ of, axis, axisInput }) => ({
    shapes: [of.map((each, i) => (i === axis ? 6 : each))],
    call: (op, [x]) => {
      const inputs = [x!, ints([1, 3, 2]), tf.scalar(axisInput, 'int32')]
      return runOp(op, { ...T, num_split: 3, Tlen: 'int32' }, inputs, 3)
    },
  })),
)
add(
  'GatherV2',
  alongOne.map(({ of, axis, axisInput }) => ({
    shapes: [of],
    call: (op, [x]) => {
      const indices = tf.tensor2d([0, (of[axis] ?? 1) - 1, 0, 0], [2, 2], 'int32')
      const types = { Tparams: 'float32', Tindices: 'int32', Taxis: 'int32', batch_dims: 0 }
      return runOp(op, types, [x!, indices, tf.scalar(axisInput, 'int32')])
    },
  })),
)
add(
  'OneHot',
  shape().map((of) => ({
    shapes: [of],
    call: (op, [x]) => {
      const inputs = [tf.cast(tf.abs(x!.mul(3)), 'int32'), tf.scalar(4, 'int32'), tf.scalar(2), tf.scalar(-1)]
      return runOp(op, { ...T, TI: 'int32', axis: -1 }, inputs)
    },
  })),
)
const swapIf = (sides: [number, number], swap: boolean) => (swap ? [sides[1], sides[0]] : sides)
const product = fc.tuple(side, side, side, fc.boolean(), fc.boolean())
add(
  'MatMul',
  product.map(([n, k, m, a, b]) => ({
    shapes: [swapIf([n, k], a), swapIf([k, m], b)],
    call: (op, x) => runOp(op, { ...T, transpose_a: a, transpose_b: b }, x),
  })),
)
add(
  'BatchMatMulV2',
  fc.tuple(product, broadcast).map(([[n, k, m, a, b], [left, right]]) => ({
    shapes: [
      [...left!.slice(-2), ...swapIf([n, k], a)],
      [...right!.slice(-2), ...swapIf([k, m], b)],
    ],
    call: (op, x) => runOp(op, { ...T, adj_x: a, adj_y: b }, x),
  })),
)

add(
  'StatelessRandomNormal StatelessRandomUniform',
  shape(1).map((of) => ({
    shapes: [[2]],
    call: (op, [x]) => {
      const words = tf.cast(x!.mul(1000), 'int32')
      return runOp(op, { T: 'int32', Tseed: 'int32', dtype: 'float32' }, [ints(of), words])
    },
  })),
)
