import type { Binding } from '../../backend/tfjs.ts'
import { edgeKey, collectValueInfo, findReaders, rewire } from '../graph-utils.ts'
import type { ProgramSpec } from '../program.ts'
import { types } from '../analysis/shapes.ts'
import type { ValueInfo } from '../analysis/shapes.ts'
import { liveNodes } from '../trace.ts'
import type { Edge, OpNode, Trace } from '../trace.ts'

/**
 * Replaces TensorFlow's convolutions by Flowerbed's kernels (`src-main/native/kernels`) where those apply: float32,
 * stride 1, 'same' padding, odd filter sizes. A bias that is added to a convolution with no other reader is fused with
 * it, and the gradient of the bias with that of the weights. `fast`: by fewer products, where the size allows.
 */
export function replaceConvolutions(
  spec: ProgramSpec,
  trace: Trace,
  { binding, bf16, fast }: { binding: Binding; bf16: boolean; fast: boolean },
): Trace {
  const known = collectValueInfo(spec, trace)
  const readers = findReaders({ ...trace, nodes: liveNodes(trace) })
  const replaced = new Map<string, Edge>()
  const roundToBf16 = { name: 'bf16', type: binding.TF_ATTR_BOOL, value: bf16 }
  const byFewerProducts = { name: 'fast', type: binding.TF_ATTR_BOOL, value: fast }
  const integer = (name: string, value = 0) => ({ name, type: binding.TF_ATTR_INT, value })

  /** The weights' gradients by the dy of their convolution, by which the bias's gradient finds its own. */
  const weightsGradients = new Map<string, OpNode>()
  const nodes = trace.nodes.map((node): Trace['nodes'][number] => {
    if (node.kind === 'constant' || !isSupported(node)) return node
    const shapeOf = (edge: Edge | undefined) => (edge ? known.get(edgeKey(edge)) : undefined)
    const [first, second, third] = node.inputs as [Edge, Edge, Edge | undefined]
    if (node.op === 'Conv2DBackpropInput' && third && isOdd(shapeOf(second)?.shape)) {
      return {
        ...node,
        op: 'FlowerbedConv2DInputGradient',
        inputs: [second, third],
        attributes: [roundToBf16],
      }
    }
    const kernel = node.outputs[0]?.shape
    if (node.op === 'Conv2DBackpropFilter' && third && kernel && isOdd(kernel)) {
      const gradient: OpNode = {
        ...node,
        op: 'FlowerbedConv2DWeightsGradient',
        inputs: [first, third],
        attributes: [roundToBf16, integer('kernel_height', kernel[0]), integer('kernel_width', kernel[1])],
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
      const hasOneReader = readers.get(edgeKey(first))?.length === 1
      if (
        !hasOneReader ||
        convolution?.kind !== 'op' ||
        convolution.op !== 'Conv2D' ||
        !isSupported(convolution)
      )
        return node
      const [x, weights] = convolution.inputs as [Edge, Edge]
      if (!isOdd(known.get(edgeKey(weights))?.shape)) return node
      return {
        ...node,
        op: 'FlowerbedConv2D',
        inputs: [x, weights, second],
        attributes: [roundToBf16, byFewerProducts],
      }
    }
    const gradient = node.op === 'BiasAddGrad' && first ? weightsGradients.get(edgeKey(first)) : undefined
    if (gradient) replaced.set(edgeKey({ node: node.name, index: 0 }), { node: gradient.name, index: 1 })
    return node
  })
  return rewire({ ...trace, nodes: merged }, replaced)
}

const convolutions = new Set(['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'])

/** Whether the kernels cover a convolution but for its filter size. */
function isSupported({ op, attributes, outputs }: OpNode): boolean {
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

const isOdd = (kernel: ValueInfo['shape'] | undefined) =>
  kernel !== undefined && kernel.slice(0, 2).every((side) => side % 2 === 1)
