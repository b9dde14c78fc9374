import type { ValueInfo } from './analysis/shapes.ts'
import { types } from './analysis/shapes.ts'
import type { ProgramSpec } from './program.ts'
import { feedNode, stateNode } from './trace.ts'
import type { Edge, OpNode, Trace } from './trace.ts'

export const edgeKey = ({ node, index }: Edge): string => `${node}:${index}`

/** Shape and type of every value of a trace, by `edgeKey`. */
export function collectValueInfo(
  spec: Pick<ProgramSpec, 'state' | 'feeds'>,
  trace: Trace,
): Map<string, ValueInfo> {
  const values = new Map<string, ValueInfo>()
  const add = (node: string, outputs: ValueInfo[]) =>
    outputs.forEach((output, index) => values.set(edgeKey({ node, index }), output))
  for (const [name, { shape, dtype }] of Object.entries(spec.state))
    add(stateNode(name), [{ shape, dtype: types[dtype] }])
  for (const [name, { shape, dtype }] of Object.entries(spec.feeds))
    add(feedNode(name), [{ shape, dtype: types[dtype] }])
  for (const node of trace.nodes) add(node.name, node.kind === 'constant' ? [node] : node.outputs)
  return values
}

/** The operations that read each value, by `edgeKey`; a fetch or the next value of a state is a reader null. */
export function findReaders(trace: Trace): Map<string, (OpNode | null)[]> {
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

/** Replaces every use of a value by the one that `replaced` maps it to (by `edgeKey`). */
export function rewire(trace: Trace, replaced: Map<string, Edge>): Trace {
  const redirect = <E extends Edge>(edge: E): E => {
    const replacement = replaced.get(edgeKey(edge))
    return replacement ? { ...edge, ...replacement } : edge
  }
  return {
    nodes: trace.nodes.map((node) =>
      node.kind === 'op' ? { ...node, inputs: node.inputs.map(redirect) } : node,
    ),
    fetches: Object.fromEntries(Object.entries(trace.fetches).map(([name, edge]) => [name, redirect(edge)])),
    next: Object.fromEntries(Object.entries(trace.next).map(([name, edge]) => [name, redirect(edge)])),
  }
}
