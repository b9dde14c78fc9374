import type { Binding } from '../../backend/tfjs.ts'
import { allReduceNode } from '../all-reduce.ts'
import type { OpNode } from '../trace.ts'
import { types } from '../analysis/shapes.ts'
import { writeProgram } from './graph-def.ts'
import type { ProgramSource } from './graph-def.ts'
import { emptyGraph, GraphWriter } from './graph-writer.ts'
import type { AttrValue, GraphDef, NodeDef } from './protobuf.ts'

/** One replica of a program: what it computes, and TensorFlow's name of the device that computes it. */
export interface Replica {
  source: ProgramSource
  device: string
}

/** The name of a replica's node, from its name in the program's graph. */
export const replicaNode = (replica: number, node: string): string => `r${replica}/${node}`

/** A number of a replica that takes everything before its exchange with the others to compute. */
export const ownPartNode = 'own-part'

/** Collectives of one program are numbered from a multiple of this on: more than a step has tensors. */
const keysPerProgram = 10_000

/**
 * Replicas of a program as the bytes of a GraphDef: each has its own state, feeds and fetches (`replicaNode`), and their
 * `allReduce`s exchange values by TensorFlow's collective operations (a ring: each replica sends 2·(n − 1)/n of the bytes).
 * @param key tells the exchanges of this program from those of the others in the same cluster
 */
export function writeReplicatedGraph(replicas: Replica[], key: number): Uint8Array {
  const graph = emptyGraph()
  replicas.forEach(({ source, device }, index) => {
    const writer = new ReplicaWriter(source.binding, graph, { index, device, size: replicas.length, key })
    writeProgram(source, writer)
    writer.writeOwnPart()
  })
  return graph.serializeBinary()
}

interface Position {
  index: number
  device: string
  /** Number of replicas. */
  size: number
  key: number
}

/** Writes one replica: its nodes have its prefix and its device. */
class ReplicaWriter extends GraphWriter {
  private readonly position: Position
  private readonly exchanged: string[] = []

  constructor(binding: Binding, graph: GraphDef, position: Position) {
    super(binding, graph)
    this.position = position
  }

  override writeOp(node: Pick<OpNode, 'op' | 'name' | 'inputs' | 'attributes'>): void {
    if (node.op === allReduceNode) this.writeAllReduce(node)
    else super.writeOp(node)
  }

  /** Of values: TensorFlow would leave out what only a control dependency asks for. */
  writeOwnPart(): void {
    const type = { T: this.attributes.type('float32') }
    const norms = this.exchanged.map((value, i) => {
      this.writeNode('L2Loss', `${ownPartNode}/${i}`, [value], type)
      return `${ownPartNode}/${i}`
    })
    if (norms.length === 0) return
    this.writeNode('AddN', ownPartNode, norms, { ...type, N: this.attributes.integer(norms.length) })
  }

  // eslint-disable-next-line max-params -- the four fields of TensorFlow's NodeDef
  protected override createNode(
    op: string,
    name: string,
    inputs: string[],
    attributes: Record<string, AttrValue>,
  ): NodeDef {
    const { index, device } = this.position
    const named = (input: string) =>
      input.startsWith('^') ? `^${replicaNode(index, input.slice(1))}` : replicaNode(index, input)
    const node = super.createNode(op, replicaNode(index, name), inputs.map(named), attributes)
    node.setDevice(device)
    return node
  }

  private writeAllReduce({ name, inputs: [input] }: Pick<OpNode, 'name' | 'inputs'>): void {
    if (!input) return
    const { attributes: make, position } = this
    const instance = position.key * keysPerProgram + this.exchanged.length
    const integers = { size: position.size, group: position.key, instance }
    for (const [part, value] of Object.entries(integers)) this.writeScalar(`${name}/${part}`, value)
    const given = this.inputName(input)
    this.exchanged.push(given)
    this.writeNode(
      'CollectiveReduceV2',
      name,
      [given, ...Object.keys(integers).map((part) => `${name}/${part}`)],
      {
        T: make.type('float32'),
        merge_op: make.text('Add'),
        final_op: make.text('Id'),
        communication_hint: make.text('ring'),
        timeout_seconds: make.float(0),
        is_stateless: make.flag(false),
        Nordering_token: make.integer(0),
        max_subdivs_per_device: make.integer(-1),
      },
    )
  }

  private writeScalar(name: string, value: number): void {
    this.writeConstant({
      kind: 'constant',
      name,
      dtype: types.int32,
      shape: [],
      values: Int32Array.of(value),
    })
  }
}
