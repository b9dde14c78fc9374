import type { Known } from './analysis/shapes.ts'
import { types } from './analysis/shapes.ts'
import type { ProgramSpec } from './program.ts'
import { feedNode, stateNode } from './trace.ts'
import type { Edge, OpNode, Trace } from './trace.ts'

export const edgeKey = ({ node, index }: Edge): string => `${node}:${index}`

/** What is known of every value of a trace, by `edgeKey`. */
export function knownOf(spec: Pick<ProgramSpec, 'state' | 'feeds'>, trace: Trace): Map<string, Known> {
  const known = new Map<string, Known>()
  const add = (node: string, outputs: Known[]) =>
    outputs.forEach((output, index) => known.set(edgeKey({ node, index }), output))
  for (const [name, { shape, dtype }] of Object.entries(spec.state))
    add(stateNode(name), [{ shape, dtype: types[dtype] }])
  for (const [name, { shape, dtype }] of Object.entries(spec.feeds))
    add(feedNode(name), [{ shape, dtype: types[dtype] }])
  for (const node of trace.nodes) add(node.name, node.kind === 'constant' ? [node] : node.outputs)
  return known
}

/** The operations that read each value, by `edgeKey`; what is fetched or kept counts as read by null. */
export function readersOf(trace: Trace): Map<string, (OpNode | null)[]> {
  const readers = new Map<string, (OpNode | null)[]>()
  const add = (edge: Edge, reader: OpNode | null) => {
    const all = readers.get(edgeKey(edge))
    if (all) all.push(reader)
    else readers.set(edgeKey(edge), [reader])
  }
  for (const node of trace.nodes) if (node.kind === 'op') for (const edge of node.inputs) add(edge, node)
  for (const edge of [...Object.values(trace.fetches), ...Object.values(trace.next)]) add(edge, null)
  return readers
}

/** The trace with every use of a value that `replaced` names (by `edgeKey`) turned to the one it gives. */
export function rewired(trace: Trace, replaced: Map<string, Edge>): Trace {
  const turned = <E extends Edge>(edge: E): E => {
    const other = replaced.get(edgeKey(edge))
    return other ? { ...edge, ...other } : edge
  }
  return {
    nodes: trace.nodes.map((node) =>
      node.kind === 'op' ? { ...node, inputs: node.inputs.map(turned) } : node,
    ),
    fetches: Object.fromEntries(Object.entries(trace.fetches).map(([name, edge]) => [name, turned(edge)])),
    next: Object.fromEntries(Object.entries(trace.next).map(([name, edge]) => [name, turned(edge)])),
  }
}
