import type { Binding } from '../../backend/tfjs.ts'
import { edgeKey, knownOf, readersOf, rewired } from '../graph-utils.ts'
import type { ProgramSpec } from '../program.ts'
import { types } from '../analysis/shapes.ts'
import type { Known } from '../analysis/shapes.ts'
import { liveNodes } from '../trace.ts'
import type { Edge, OpNode, Trace } from '../trace.ts'

/**
 * The trace with TensorFlow's convolutions replaced by our own (`engine/kernels`), where those can do what is asked:
 * float32, stride 1, 'same' padding, odd kernels. A bias that is added to nothing but the convolution goes in with it,
 * and the bias's gradient comes with that of the weights.
 */
export function withNativeConvolutions(
  spec: ProgramSpec,
  trace: Trace,
  { binding, bf16 }: { binding: Binding; bf16: boolean },
): Trace {
  const known = knownOf(spec, trace)
  const readers = readersOf({ ...trace, nodes: liveNodes(trace) })
  const replaced = new Map<string, Edge>()
  const half = { name: 'bf16', type: binding.TF_ATTR_BOOL, value: bf16 }
  const whole = (name: string, value = 0) => ({ name, type: binding.TF_ATTR_INT, value })

  /** The gradients of a weight by what its convolution's dy is, for the bias's gradient to find. */
  const weightsGradients = new Map<string, OpNode>()
  const nodes = trace.nodes.map((node): Trace['nodes'][number] => {
    if (node.kind === 'constant' || !isPlain(node)) return node
    const shapeOf = (edge: Edge | undefined) => (edge ? known.get(edgeKey(edge)) : undefined)
    const [first, second, third] = node.inputs as [Edge, Edge, Edge | undefined]
    if (node.op === 'Conv2DBackpropInput' && third && isOdd(shapeOf(second)?.shape)) {
      return { ...node, op: 'FlowerbedConv2DInputGradient', inputs: [second, third], attributes: [half] }
    }
    const kernel = node.outputs[0]?.shape
    if (node.op === 'Conv2DBackpropFilter' && third && kernel && isOdd(kernel)) {
      const gradient: OpNode = {
        ...node,
        op: 'FlowerbedConv2DWeightsGradient',
        inputs: [first, third],
        attributes: [half, whole('kernel_height', kernel[0]), whole('kernel_width', kernel[1])],
        outputs: [...node.outputs, { shape: kernel.slice(3), dtype: types.float32 }],
      }
      weightsGradients.set(edgeKey(third), gradient)
      return gradient
    }
    return node
  })
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const merged = nodes.map((node): Trace['nodes'][number] => {
    if (node.kind === 'constant') return node
    const [first, second] = node.inputs
    if (node.op === 'BiasAdd' && first && second) {
      const convolution = byName.get(first.node)
      const alone = readers.get(edgeKey(first))?.length === 1
      if (!alone || convolution?.kind !== 'op' || convolution.op !== 'Conv2D' || !isPlain(convolution))
        return node
      const [x, weights] = convolution.inputs as [Edge, Edge]
      if (!isOdd(known.get(edgeKey(weights))?.shape)) return node
      return { ...node, op: 'FlowerbedConv2D', inputs: [x, weights, second], attributes: [half] }
    }
    const gradient = node.op === 'BiasAddGrad' && first ? weightsGradients.get(edgeKey(first)) : undefined
    if (gradient) replaced.set(edgeKey({ node: node.name, index: 0 }), { node: gradient.name, index: 1 })
    return node
  })
  return rewired({ ...trace, nodes: merged }, replaced)
}

const convolutions = new Set(['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'])

/** A convolution of the kind that we have. */
function isPlain({ op, attributes, outputs }: OpNode): boolean {
  if (!convolutions.has(op) || outputs[0]?.dtype !== types.float32) return false
  const value = (name: string) => attributes.find((attribute) => attribute.name === name)?.value
  const ones = (name: string) => ((value(name) ?? [1]) as number[]).every((each) => each === 1)
  return (
    value('padding') === 'SAME' &&
    (value('data_format') ?? 'NHWC') === 'NHWC' &&
    ones('strides') &&
    ones('dilations')
  )
}

const isOdd = (kernel: Known['shape'] | undefined) =>
  kernel !== undefined && kernel.slice(0, 2).every((side) => side % 2 === 1)
