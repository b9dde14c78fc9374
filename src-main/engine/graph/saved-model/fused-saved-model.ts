import { types } from '../analysis/shapes.ts'
import { feedNode, liveNodes } from '../trace.ts'
import type { Edge, OpNode, Trace } from '../trace.ts'
import { FunctionWriter } from './function-writer.ts'
import { writeBody, writeProgram } from './graph-def.ts'
import type { ProgramSource } from './graph-def.ts'
import { fusedNode, stateHandle } from './node-names.ts'

/** TensorFlow's number of the type of a variable's handle. */
const resource = 20
const bodyName = 'body'

/**
 * As `writeSavedModel`, and besides it the body as one function that XLA compiles into fused kernels: far fewer of them
 * are launched, which is what a GPU waits for. It is compiled when a `fused/…` is fetched for the first time.
 */
export function writeFusedSavedModel(options: ProgramSource): Uint8Array {
  const { spec, trace, binding } = options
  const graph = writeProgram(options)
  const { outside, inside } = splitRandomness(trace)
  const body = new FunctionWriter(binding, [
    ...Object.keys(spec.state).map((name) => ({ node: stateHandle(name), type: resource })),
    ...Object.entries(spec.feeds).map(([name, { dtype }]) => ({ node: feedNode(name), type: types[dtype] })),
    ...outside.map(({ name, outputs: [output] }) => ({ node: name, type: output?.dtype ?? types.float32 })),
  ])
  const updated = writeBody(body, spec, inside)
  const fetches = Object.entries(trace.fetches).map(([name, edge]) => {
    const node = `fetch/${name}`
    body.writeIdentity(node, edge, { dtype: edge.spec.dtype, after: updated })
    return { node, dtype: edge.spec.dtype }
  })
  body.writeDone('done', updated)
  const outputs = [...fetches, { node: 'done', dtype: 'int32' as const }]
  graph.setFunction(
    body.toFunction(
      bodyName,
      outputs.map(({ node, dtype }) => ({ node, type: types[dtype] })),
    ),
  )
  const { attributes } = graph
  graph.writeNode(
    'StatefulPartitionedCall',
    'call',
    body.inputs.map(({ node }) => node),
    {
      Tin: attributes.typeNumbers(body.inputs.map(({ type }) => type)),
      Tout: attributes.typeNumbers(outputs.map(({ dtype }) => types[dtype])),
      f: attributes.function(bodyName),
      ...{
        config: attributes.text(''),
        config_proto: attributes.text(''),
        executor_type: attributes.text(''),
      },
      _XlaMustCompile: attributes.flag(true),
    },
  )
  outputs.forEach(({ node, dtype }, index) => {
    graph.writeIdentity(fusedNode(node), { node: 'call', index }, { dtype, after: [] })
  })
  return graph.toSavedModel()
}

/**
 * Random numbers stay outside the function: XLA would compute others from the same seed. `outside` are the operations
 * that the function takes as inputs, `inside` is the trace without them.
 */
function splitRandomness(trace: Trace): { outside: OpNode[]; inside: Trace } {
  const nodes = new Map(trace.nodes.map((node) => [node.name, node]))
  const dependsOnState = ({ node }: Edge): boolean => {
    const found = nodes.get(node)
    return found?.kind === 'op' ? found.inputs.some(dependsOnState) : !found && node.startsWith('state/')
  }
  const outside = liveNodes(trace).filter(
    (node): node is OpNode =>
      node.kind === 'op' && node.op.startsWith('StatelessRandom') && !node.inputs.some(dependsOnState),
  )
  const names = new Set(outside.map(({ name }) => name))
  return { outside, inside: { ...trace, nodes: trace.nodes.filter(({ name }) => !names.has(name)) } }
}
