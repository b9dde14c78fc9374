import { edgeKey, collectValueInfo, findReaders } from '../graph-utils.ts'
import type { ProgramSpec } from '../program.ts'
import { liveNodes } from '../trace.ts'
import type { Edge, OpNode, Trace } from '../trace.ts'

/** Channels by whose multiples the kernels fuse (`kFusedChannels`). */
const fusedChannels = 32

const additions = new Set(['Add', 'AddV2'])

/**
 * Fuses each group normalisation with the convolution of 3 × 3 that alone reads it, and that with an addition that alone
 * reads the convolution: neither the normalised images nor the convolution's are then stored. For programs without
 * gradients, which read more of a normalisation than its images.
 */
export function fuseNormalizations(spec: ProgramSpec, trace: Trace): Trace {
  const nodes = liveNodes(trace)
  const known = collectValueInfo(spec, trace)
  const readers = findReaders({ ...trace, nodes })
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const shapeOf = (edge: Edge) => known.get(edgeKey(edge))?.shape ?? []

  /** The node of a kind that yields a value, where nothing else reads what it yields. */
  const onlyFor = (op: string, edge: Edge | undefined): OpNode | null => {
    const node = edge && byName.get(edge.node)
    if (node?.kind !== 'op' || node.op !== op || edge?.index !== 0) return null
    const all = node.outputs.flatMap((_, index) => readers.get(edgeKey({ node: node.name, index })) ?? [])
    return all.length === 1 ? node : null
  }
  /** A convolution together with the normalisation before it. */
  const normalized = (convolution: OpNode): OpNode | null => {
    const [x, weights, bias] = convolution.inputs as [Edge, Edge, Edge]
    const normalization = onlyFor('FlowerbedGroupNorm', x)
    const [height, width, ...channels] = shapeOf(weights)
    const fits = height === 3 && width === 3 && channels.every((count) => count % fusedChannels === 0)
    if (!normalization || !fits) return null
    const isFast = ({ name }: { name: string }) => name === 'fast'
    return {
      ...convolution,
      op: 'FlowerbedNormalizedConv2D',
      inputs: [...normalization.inputs, weights, bias],
      attributes: [...normalization.attributes, ...convolution.attributes.filter((each) => !isFast(each))],
    }
  }
  const added = (sum: OpNode): OpNode | null => {
    for (const [edge, other] of [sum.inputs, sum.inputs.toReversed()] as [Edge, Edge][]) {
      const convolution = onlyFor('FlowerbedConv2D', edge)
      const fused = convolution && normalized(convolution)
      if (!fused || String(shapeOf(edge)) !== String(shapeOf(other))) continue
      return { ...fused, name: sum.name, op: `${fused.op}Add`, inputs: [...fused.inputs, other] }
    }
    return null
  }
  return {
    ...trace,
    nodes: nodes.map((node) => {
      if (node.kind === 'constant') return node
      if (additions.has(node.op)) return added(node) ?? node
      return (node.op === 'FlowerbedConv2D' && normalized(node)) || node
    }),
  }
}
