import { attributeKind } from '../../backend/tfjs.ts'
import type { Binding, OpAttribute } from '../../backend/tfjs.ts'
import { controlledIdentityNode } from '../control-dependencies.ts'
import { inPlaceUpdate, isUpdate } from '../passes/in-place.ts'
import type { InPlaceUpdate } from '../passes/in-place.ts'
import type { ProgramSpec, TensorSpec } from '../program.ts'
import { protobuf } from './protobuf.ts'
import type { AttrValue, GraphDef, Protobuf, SignatureDef, TensorShape } from './protobuf.ts'
import { types } from '../analysis/shapes.ts'
import { feedNode, liveNodes, stateNode } from '../trace.ts'
import type { ConstantNode, Edge, OpNode, Trace } from '../trace.ts'

/** tfjs-node 4.22 is built for graphs of this age; newer TensorFlow still reads them. */
const producer = 1882

export const assignedOutput = (name: string) => `state/${name}/assigned:0`
export const valueOutput = (name: string) => `state/${name}/value:0`
export const initFeed = (name: string) => `state/${name}/init:0`
export const stateHandle = (name: string) => `state/${name}`
/** The same within a loop. */
export const loopHandle = (name: string) => `state/${name}/loop`
export const fetchOutput = (name: string) => `fetch/${name}:0`
/** A number that is there when everything has been computed and the state replaced. */
export const doneOutput = 'done:0'

/**
 * A traced program as the bytes of a SavedModel: state in resource variables, feeds as placeholders. Fetching any
 * `fetch/…` computes everything and then replaces the state; `state/…/value` reads it, `state/…/assigned` writes it.
 *
 * What hangs on constants alone is written as it is: TensorFlow computes it once when it takes the graph, unless it is
 * larger than 10 MB, and a training step has 17 to 30 such operations among thousands.
 */
export function savedModel(options: {
  spec: ProgramSpec
  trace: Trace
  binding: Binding
  id: string
}): Uint8Array {
  const graph = new GraphWriter(options.binding)
  const { spec, trace, id } = options
  for (const [name, tensor] of Object.entries(spec.state)) graph.variable(`${id}/${name}`, name, tensor)
  for (const [name, tensor] of Object.entries(spec.feeds))
    graph.placeholder(feedNode(name), tensor.shape, tensor.dtype)
  const updated = writeBody(graph, spec, trace)
  for (const [name, edge] of Object.entries(trace.fetches)) {
    graph.identity(`fetch/${name}`, edge, { dtype: edge.spec.dtype, after: updated })
  }
  graph.done('done', updated)
  return graph.savedModel()
}

/** The operations of a traced body, with the state's update; answers the nodes that are done when it is replaced. */
export function writeBody(graph: GraphWriter, spec: ProgramSpec, trace: Trace): string[] {
  for (const [name, { dtype }] of Object.entries(spec.state)) graph.read(name, dtype)
  const updatedBy = new Map<string, string>()
  for (const node of liveNodes(trace)) {
    if (node.kind === 'constant') graph.constant(node)
    else if (isUpdate(node)) {
      const update = inPlaceUpdate(node, trace)
      graph.update(update)
      for (const state of update.states) updatedBy.set(state, update.node)
    } else if (node.op === controlledIdentityNode) graph.controlledIdentity(node)
    else graph.op(node)
  }
  return Object.entries(trace.next).map(
    ([name, edge]) => updatedBy.get(name) ?? graph.assignNext(name, edge, spec.state[name]?.dtype),
  )
}

/** How others call a graph: nodes of these names. */
export interface Signature {
  name: string
  inputs: Record<string, TensorSpec>
  outputs: Record<string, TensorSpec>
}

/** Writes the nodes of one graph. */
export class GraphWriter {
  /** Where operations are being written: the body of a loop, by the node that is there once in each iteration. */
  inside: { iteration: string } | null = null
  private readonly pb: Protobuf
  private readonly graph: GraphDef
  private readonly binding: Binding
  /** Answers that are read back from state, by what they are called elsewhere. */
  private hasZero = false
  private readonly readBack = new Map<string, string>()

  constructor(binding: Binding) {
    this.pb = protobuf()
    this.binding = binding
    this.graph = new this.pb.GraphDef()
    const versions = new this.pb.VersionDef()
    versions.setProducer(producer)
    versions.setMinConsumer(0)
    this.graph.setVersions(versions)
  }

  variable(shared: string, name: string, { shape, dtype }: TensorSpec): void {
    const handle = stateHandle(name)
    const type = this.type(dtype)
    this.node('VarHandleOp', handle, [], {
      dtype: type,
      shape: this.shape(shape),
      shared_name: this.text(shared),
      container: this.text(''),
    })
    this.node('ReadVariableOp', `${handle}/value`, [handle], { dtype: type })
    this.placeholder(`${handle}/init`, shape, dtype)
    this.node('AssignVariableOp', `${handle}/initialise`, [handle, `${handle}/init`], { dtype: type })
    this.done(`${handle}/assigned`, [`${handle}/initialise`])
  }

  /** The state's value as the body finds it. */
  read(name: string, dtype: TensorSpec['dtype']): void {
    this.node('ReadVariableOp', stateNode(name), [this.handle(name), ...this.here()], {
      dtype: this.type(dtype),
    })
  }

  /** A side of −1 is any. */
  placeholder(name: string, shape: number[], dtype: TensorSpec['dtype']): void {
    this.node('Placeholder', name, [], { dtype: this.type(dtype), shape: this.shape(shape) })
  }

  constant({ name, dtype, shape, values }: ConstantNode): void {
    const tensor = new this.pb.Tensor()
    tensor.setDtype(dtype)
    tensor.setTensorShape(this.shapeProto(shape))
    tensor.setTensorContent(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    const value = new this.pb.AttrValue()
    value.setTensor(tensor)
    this.node('Const', name, this.here(), { dtype: this.typeNumber(dtype), value })
  }

  op(node: { op: string; name: string; inputs: Edge[]; attributes: OpAttribute[] }): void {
    const attributes = Object.fromEntries(
      node.attributes.map((attribute) => [attribute.name, this.attribute(node.op, attribute)]),
    )
    this.node(
      node.op,
      node.name,
      node.inputs.map((edge) => this.reference(edge)),
      attributes,
    )
  }

  /** Its first input, once the others are there. */
  controlledIdentity({ name, inputs: [value, ...others], outputs: [output] }: OpNode): void {
    const waits = new Set(others.map(({ node }) => `^${node}`))
    this.node('Identity', name, [this.reference(value as Edge), ...waits], {
      T: this.typeNumber(output?.dtype ?? types.float32),
    })
  }

  /** Changes states where they are, once their old values have been read. */
  update({ node, op, states, before, arguments: values, read }: InPlaceUpdate): void {
    const type = this.type('float32')
    const reads = states.map((state) => `^${stateNode(state)}`)
    const assigned = before.map(({ state, value }, i) => {
      const name = `${node}/before${i}`
      this.node(
        'AssignVariableOp',
        name,
        [this.handle(state), this.reference(value), `^${stateNode(state)}`],
        {
          dtype: type,
        },
      )
      return `^${name}`
    })
    const inputs = [
      ...states.map((state) => this.handle(state)),
      ...values.map((value) => (value ? this.reference(value) : this.zero())),
      ...new Set([...reads, ...assigned]),
    ]
    const nesterov = op === 'ResourceApplyAdam' ? { use_nesterov: this.flag(false) } : {}
    this.node(op, node, inputs, { T: type, use_locking: this.flag(false), ...nesterov })
    for (const { state, index } of read) {
      const name = `${node}/read${index}`
      this.node('ReadVariableOp', name, [this.handle(state), `^${node}`], { dtype: type })
      this.readBack.set(`${node}:${index}`, name)
    }
  }

  identity(name: string, edge: Edge, options: { dtype: TensorSpec['dtype']; after: string[] }): void {
    const inputs = [this.reference(edge), ...options.after.map((node) => `^${node}`)]
    this.node('Identity', name, inputs, { T: this.type(options.dtype) })
  }

  /** Writes the next value once the old one has been read; answers the node to wait for. */
  assignNext(name: string, edge: Edge, dtype: TensorSpec['dtype'] = 'float32'): string {
    const update = `state/${name}/update`
    const inputs = [this.handle(name), this.reference(edge), `^${stateNode(name)}`]
    this.node('AssignVariableOp', update, inputs, { dtype: this.type(dtype) })
    return update
  }

  /** A list of `length` values that are set one by one. */
  list(name: string, { shape, type, length }: { shape: number[]; type: number; length: string }): void {
    this.integers(`${name}/shape`, shape)
    this.node('TensorListReserve', `${name}/list`, [`${name}/shape`, length], {
      element_dtype: this.typeNumber(type),
      shape_type: this.type('int32'),
    })
  }

  /** The values of a list in a row, once `after` is done. */
  stack(
    name: string,
    { list, shape, type, after }: { list: string; shape: number[]; type: number; after: string },
  ): void {
    this.integers(`${name}/element`, shape)
    this.node('TensorListStack', name, [list, `${name}/element`, `^${after}`], {
      element_dtype: this.typeNumber(type),
      num_elements: this.integer(-1),
    })
  }

  integers(name: string, values: number[]): void {
    const shape = [values.length]
    this.constant({ kind: 'constant', name, dtype: types.int32, shape, values: Int32Array.from(values) })
  }

  /** A 1 that is there when all of `after` are done. */
  done(name: string, after: string[]): void {
    const one: ConstantNode = {
      kind: 'constant',
      name: `${name}/one`,
      dtype: types.int32,
      shape: [],
      values: Int32Array.of(1),
    }
    this.constant(one)
    this.node('Identity', name, [one.name, ...after.map((node) => `^${node}`)], { T: this.type('int32') })
  }

  savedModel(signature?: Signature): Uint8Array {
    const info = new this.pb.MetaGraphDef.MetaInfoDef()
    info.addTags('serve')
    const meta = new this.pb.MetaGraphDef()
    meta.setMetaInfoDef(info)
    meta.setGraphDef(this.graph)
    if (signature) meta.getSignatureDefMap().set(signature.name, this.signature(signature))
    const model = new this.pb.SavedModel()
    model.setSavedModelSchemaVersion(1)
    model.addMetaGraphs(meta)
    return model.serializeBinary()
  }

  private signature({ inputs, outputs }: Signature): SignatureDef {
    const definition = new this.pb.SignatureDef()
    definition.setMethodName('tensorflow/serving/predict')
    for (const [map, specs] of [
      [definition.getInputsMap(), inputs],
      [definition.getOutputsMap(), outputs],
    ] as const) {
      for (const [name, { shape, dtype }] of Object.entries(specs)) {
        const info = new this.pb.TensorInfo()
        info.setName(`${name}:0`)
        info.setDtype(types[dtype])
        info.setTensorShape(this.shapeProto(shape))
        map.set(name, info)
      }
    }
    return definition
  }

  // eslint-disable-next-line max-params -- the four fields of TensorFlow's NodeDef
  node(op: string, name: string, inputs: string[], attributes: Record<string, AttrValue>): void {
    const node = new this.pb.NodeDef()
    node.setOp(op)
    node.setName(name)
    for (const input of inputs) node.addInput(input)
    const map = node.getAttrMap()
    for (const [key, value] of Object.entries(attributes)) map.set(key, value)
    this.graph.addNode(node)
  }

  reference({ node, index }: Edge): string {
    return this.readBack.get(`${node}:${index}`) ?? (index === 0 ? node : `${node}:${index}`)
  }

  private handle(state: string): string {
    return this.inside ? loopHandle(state) : stateHandle(state)
  }

  /** What a node without inputs waits for, so that it is where it is used. */
  private here(): string[] {
    return this.inside ? [`^${this.inside.iteration}`] : []
  }

  /** A float 0, made when first asked for. */
  private zero(): string {
    const name = 'zero'
    if (!this.hasZero) {
      this.constant({ kind: 'constant', name, dtype: types.float32, shape: [], values: Float32Array.of(0) })
      this.hasZero = true
    }
    return name
  }

  integer(value: number): AttrValue {
    const attribute = new this.pb.AttrValue()
    attribute.setI(value)
    return attribute
  }

  flag(value: boolean): AttrValue {
    const attribute = new this.pb.AttrValue()
    attribute.setB(value)
    return attribute
  }

  private attribute(op: string, given: OpAttribute): AttrValue {
    const { value } = given
    const kind = attributeKind(this.binding, op, given)
    if (kind === 'flag') return this.flag(Boolean(value))
    if (kind === 'text') return this.text(String(value))
    if (kind === 'type') return this.typeNumber(Number(value))
    if (kind === 'integer') return this.integer(Number(value))
    const attribute = new this.pb.AttrValue()
    if (kind === 'float') attribute.setF(Number(value))
    else {
      const list = new this.pb.AttrValue.ListValue()
      list.setIList(value as number[])
      attribute.setList(list)
    }
    return attribute
  }

  type(dtype: keyof typeof types): AttrValue {
    return this.typeNumber(types[dtype])
  }

  typeNumber(type: number): AttrValue {
    const attribute = new this.pb.AttrValue()
    attribute.setType(type)
    return attribute
  }

  text(text: string): AttrValue {
    const attribute = new this.pb.AttrValue()
    attribute.setS(Buffer.from(text).toString('base64'))
    return attribute
  }

  shape(shape: number[]): AttrValue {
    const attribute = new this.pb.AttrValue()
    attribute.setShape(this.shapeProto(shape))
    return attribute
  }

  private shapeProto(shape: number[]): TensorShape {
    const proto = new this.pb.TensorShape()
    for (const side of shape) {
      const dimension = new this.pb.TensorShape.Dim()
      dimension.setSize(side)
      proto.addDim(dimension)
    }
    return proto
  }
}
