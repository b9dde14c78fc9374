import { util } from '@tensorflow/tfjs-core'
import type { ProgramSpec } from '../program.ts'
import { feedNode, liveNodes, stateNode } from '../trace.ts'
import type { OpNode, Trace } from '../trace.ts'

const size = (shape: number[]) => util.sizeFromShape(shape)

/** Multiplications and additions of one call's convolutions and matrix products; all other operations are negligible. */
export function countFlops(spec: ProgramSpec, trace: Trace): number {
  const shapes = new Map<string, number[]>()
  for (const [name, { shape }] of Object.entries(spec.state)) shapes.set(`${stateNode(name)}:0`, shape)
  for (const [name, { shape }] of Object.entries(spec.feeds)) shapes.set(`${feedNode(name)}:0`, shape)
  let flops = 0
  for (const node of liveNodes(trace)) {
    if (node.kind === 'constant') shapes.set(`${node.name}:0`, node.shape)
    else {
      node.outputs.forEach((output, index) => shapes.set(`${node.name}:${index}`, output.shape))
      flops += countNodeFlops(
        node,
        node.inputs.map((edge) => shapes.get(`${edge.node}:${edge.index}`) ?? []),
      )
    }
  }
  return flops
}

function countNodeFlops({ op, outputs, attributes }: OpNode, [a = [], b = [], c = []]: number[][]): number {
  const output = outputs[0]?.shape ?? []
  // Each output element sums over a window of filter height × width × channels; the gradients take the same work.
  if (op === 'Conv2D') return 2 * size(output) * size(b.slice(0, 3))
  if (op === 'Conv2DBackpropInput') return 2 * size(c) * size(b.slice(0, 3))
  if (op === 'Conv2DBackpropFilter') return 2 * size(c) * size(output.slice(0, 3))
  if (op !== 'MatMul' && op !== 'BatchMatMulV2') return 0
  const transposed = attributes.some(
    ({ name, value }) => /^(transpose_a|adj_x)$/.test(name) && value === true,
  )
  return 2 * size(output) * (a.at(transposed ? -2 : -1) ?? 0)
}
