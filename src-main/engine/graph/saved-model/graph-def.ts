import type { Binding } from '../../backend/tfjs.ts'
import { controlledIdentityNode } from '../control-dependencies.ts'
import { toInPlaceUpdate, isUpdate } from '../passes/in-place.ts'
import type { ProgramSpec } from '../program.ts'
import { feedNode, liveNodes } from '../trace.ts'
import type { Trace } from '../trace.ts'
import { GraphWriter } from './graph-writer.ts'
import { givenFeed } from './node-names.ts'

/** A program to be written; `id` tells its variables from those of other programs. */
export interface ProgramSource {
  spec: ProgramSpec
  trace: Trace
  binding: Binding
  id: string
}

/**
 * A traced program as the bytes of a SavedModel: state in resource variables, feeds as placeholders. Fetching any
 * `fetch/…` computes everything and then replaces the state; `state/…/value` reads it, `state/…/assigned` writes it.
 *
 * Operations on constants alone are written as they are: TensorFlow folds them when it loads the graph, unless a result
 * is larger than 10 MB; a training step has 17 to 30 such operations among thousands.
 */
export function writeSavedModel(options: ProgramSource): Uint8Array {
  return writeProgram(options).toSavedModel()
}

/** The nodes of `writeSavedModel`. */
export function writeProgram(options: ProgramSource, graph = new GraphWriter(options.binding)): GraphWriter {
  const { spec, trace, id } = options
  for (const [name, tensor] of Object.entries(spec.state)) graph.writeVariable(`${id}/${name}`, name, tensor)
  for (const [name, tensor] of Object.entries(spec.feeds)) {
    // TensorFlow's optimizer ignores a placeholder's shape; without it, it rewrites less than in a loop: other bits.
    graph.writePlaceholder(givenFeed(name), tensor.shape, tensor.dtype)
    graph.writeReshape(feedNode(name), givenFeed(name), tensor)
  }
  const updated = writeBody(graph, spec, trace)
  for (const [name, edge] of Object.entries(trace.fetches)) {
    graph.writeIdentity(`fetch/${name}`, edge, { dtype: edge.spec.dtype, after: updated })
  }
  graph.writeDone('done', updated)
  return graph
}

/** Writes a traced body and the update of the state; returns the nodes after which the state is replaced. */
export function writeBody(graph: GraphWriter, spec: ProgramSpec, trace: Trace): string[] {
  for (const [name, { dtype }] of Object.entries(spec.state)) graph.writeRead(name, dtype)
  const updatedBy = new Map<string, string>()
  for (const node of liveNodes(trace)) {
    if (node.kind === 'constant') graph.writeConstant(node)
    else if (isUpdate(node)) {
      const update = toInPlaceUpdate(node, trace)
      graph.writeUpdate(update)
      for (const state of update.states) updatedBy.set(state, update.node)
    } else if (node.op === controlledIdentityNode) graph.writeControlledIdentity(node)
    else graph.writeOp(node)
  }
  return Object.entries(trace.next).map(
    ([name, edge]) => updatedBy.get(name) ?? graph.writeAssign(name, edge, spec.state[name]?.dtype),
  )
}
