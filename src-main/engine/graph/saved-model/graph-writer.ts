import type { Binding, OpAttribute } from '../../backend/tfjs.ts'
import type { InPlaceUpdate } from '../passes/in-place.ts'
import type { TensorSpec } from '../program.ts'
import { types } from '../analysis/shapes.ts'
import { stateNode } from '../trace.ts'
import type { ConstantNode, Edge, OpNode } from '../trace.ts'
import { Attributes } from './attributes.ts'
import { loopHandle, stateHandle } from './node-names.ts'
import { protobuf } from './protobuf.ts'
import type { AttrValue, FunctionDef, GraphDef, NodeDef, Protobuf, SignatureDef } from './protobuf.ts'

/** The version of GraphDef that tfjs-node 4.22 is built for; newer TensorFlow still reads it. */
const producer = 1882

/** A signature of a SavedModel: the names, shapes and types of its inputs and outputs, which are nodes. */
export interface Signature {
  name: string
  inputs: Record<string, TensorSpec>
  outputs: Record<string, TensorSpec>
}

export function emptyGraph(): GraphDef {
  const { GraphDef, VersionDef } = protobuf()
  const graph = new GraphDef()
  const versions = new VersionDef()
  versions.setProducer(producer)
  versions.setMinConsumer(0)
  graph.setVersions(versions)
  return graph
}

/** Writes the nodes of one graph. */
export class GraphWriter {
  /** Set while the body of a loop is written: the node that exists once in each iteration. */
  inside: { iteration: string } | null = null
  readonly attributes: Attributes
  protected readonly pb: Protobuf = protobuf()
  private readonly graph: GraphDef
  private hasZero = false
  /** The nodes that read an updated state, by the output of the update that they stand for. */
  private readonly readBack = new Map<string, string>()

  /** @param graph the graph to write to, by default an empty one */
  constructor(binding: Binding, graph = emptyGraph()) {
    this.attributes = new Attributes(binding)
    this.graph = graph
  }

  writeVariable(shared: string, name: string, { shape, dtype }: TensorSpec): void {
    const handle = stateHandle(name)
    const type = this.attributes.type(dtype)
    this.writeNode('VarHandleOp', handle, [], {
      dtype: type,
      shape: this.attributes.shape(shape),
      shared_name: this.attributes.text(shared),
      container: this.attributes.text(''),
    })
    this.writeNode('ReadVariableOp', `${handle}/value`, [handle], { dtype: type })
    this.writePlaceholder(`${handle}/init`, shape, dtype)
    this.writeNode('AssignVariableOp', `${handle}/initialise`, [handle, `${handle}/init`], { dtype: type })
    this.writeDone(`${handle}/assigned`, [`${handle}/initialise`])
  }

  /** The state's value at the start of the body. */
  writeRead(name: string, dtype: TensorSpec['dtype']): void {
    this.writeNode('ReadVariableOp', stateNode(name), [this.handleName(name), ...this.loopDependency()], {
      dtype: this.attributes.type(dtype),
    })
  }

  /** A side of −1 may have any length. */
  writePlaceholder(name: string, shape: number[], dtype: TensorSpec['dtype']): void {
    this.writeNode('Placeholder', name, [], {
      dtype: this.attributes.type(dtype),
      shape: this.attributes.shape(shape),
    })
  }

  /** A value whose shape is not known when the graph is optimised, with its shape. */
  writeReshape(name: string, from: string, { shape, dtype }: TensorSpec): void {
    this.writeIntegers(`${name}/shape`, shape)
    this.writeNode('Reshape', name, [from, `${name}/shape`], {
      T: this.attributes.type(dtype),
      Tshape: this.attributes.type('int32'),
    })
  }

  writeConstant({ name, dtype, shape, values }: ConstantNode): void {
    const tensor = new this.pb.Tensor()
    tensor.setDtype(dtype)
    tensor.setTensorShape(this.attributes.toTensorShape(shape))
    tensor.setTensorContent(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    const value = new this.pb.AttrValue()
    value.setTensor(tensor)
    this.writeNode('Const', name, this.loopDependency(), { dtype: this.attributes.typeNumber(dtype), value })
  }

  /** A traced operation. */
  writeOp(node: { op: string; name: string; inputs: Edge[]; attributes: OpAttribute[] }): void {
    const attributes = Object.fromEntries(
      node.attributes.map((attribute) => [attribute.name, this.attributes.fromOp(node.op, attribute)]),
    )
    this.writeNode(
      node.op,
      node.name,
      node.inputs.map((edge) => this.inputName(edge)),
      attributes,
    )
  }

  /** The node's first input, computed after the others. */
  writeControlledIdentity({ name, inputs: [value, ...others], outputs: [output] }: OpNode): void {
    const waits = new Set(others.map(({ node }) => `^${node}`))
    this.writeNode('Identity', name, [this.inputName(value as Edge), ...waits], {
      T: this.attributes.typeNumber(output?.dtype ?? types.float32),
    })
  }

  /** Updates states in place, after their old values have been read. */
  writeUpdate({ node, op, states, before, arguments: values, read }: InPlaceUpdate): void {
    const type = this.attributes.type('float32')
    const reads = states.map((state) => `^${stateNode(state)}`)
    const assigned = before.map(({ state, value }, i) => {
      const name = `${node}/before${i}`
      this.writeNode(
        'AssignVariableOp',
        name,
        [this.handleName(state), this.inputName(value), `^${stateNode(state)}`],
        {
          dtype: type,
        },
      )
      return `^${name}`
    })
    const inputs = [
      ...states.map((state) => this.handleName(state)),
      ...values.map((value) => (value ? this.inputName(value) : this.writeZero())),
      ...new Set([...reads, ...assigned]),
    ]
    const nesterov = op === 'ResourceApplyAdam' ? { use_nesterov: this.attributes.flag(false) } : {}
    this.writeNode(op, node, inputs, { T: type, use_locking: this.attributes.flag(false), ...nesterov })
    for (const { state, index } of read) {
      const name = `${node}/read${index}`
      this.writeNode('ReadVariableOp', name, [this.handleName(state), `^${node}`], { dtype: type })
      this.readBack.set(`${node}:${index}`, name)
    }
  }

  writeIdentity(name: string, edge: Edge, options: { dtype: TensorSpec['dtype']; after: string[] }): void {
    const inputs = [this.inputName(edge), ...options.after.map((node) => `^${node}`)]
    this.writeNode('Identity', name, inputs, { T: this.attributes.type(options.dtype) })
  }

  /** Assigns the next value after the old one has been read; returns the node of the assignment. */
  writeAssign(name: string, edge: Edge, dtype: TensorSpec['dtype'] = 'float32'): string {
    const update = `state/${name}/update`
    const inputs = [this.handleName(name), this.inputName(edge), `^${stateNode(name)}`]
    this.writeNode('AssignVariableOp', update, inputs, { dtype: this.attributes.type(dtype) })
    return update
  }

  /** A TensorList of `length` values. */
  writeList(name: string, { shape, type, length }: { shape: number[]; type: number; length: string }): void {
    this.writeIntegers(`${name}/shape`, shape)
    this.writeNode('TensorListReserve', `${name}/list`, [`${name}/shape`, length], {
      element_dtype: this.attributes.typeNumber(type),
      shape_type: this.attributes.type('int32'),
    })
  }

  /** The values of a TensorList as one tensor, after the node `after`. */
  writeStack(
    name: string,
    { list, shape, type, after }: { list: string; shape: number[]; type: number; after: string },
  ): void {
    this.writeIntegers(`${name}/element`, shape)
    this.writeNode('TensorListStack', name, [list, `${name}/element`, `^${after}`], {
      element_dtype: this.attributes.typeNumber(type),
      num_elements: this.attributes.integer(-1),
    })
  }

  writeIntegers(name: string, values: number[]): void {
    const shape = [values.length]
    this.writeConstant({ kind: 'constant', name, dtype: types.int32, shape, values: Int32Array.from(values) })
  }

  /** A constant 1 that can be fetched after all nodes of `after`. */
  writeDone(name: string, after: string[]): void {
    const one: ConstantNode = {
      kind: 'constant',
      name: `${name}/one`,
      dtype: types.int32,
      shape: [],
      values: Int32Array.of(1),
    }
    this.writeConstant(one)
    this.writeNode('Identity', name, [one.name, ...after.map((node) => `^${node}`)], {
      T: this.attributes.type('int32'),
    })
  }

  toSavedModel(signature?: Signature): Uint8Array {
    const info = new this.pb.MetaGraphDef.MetaInfoDef()
    info.addTags('serve')
    const meta = new this.pb.MetaGraphDef()
    meta.setMetaInfoDef(info)
    meta.setGraphDef(this.graph)
    if (signature) meta.getSignatureDefMap().set(signature.name, this.toSignatureDef(signature))
    const model = new this.pb.SavedModel()
    model.setSavedModelSchemaVersion(1)
    model.addMetaGraphs(meta)
    return model.serializeBinary()
  }

  private toSignatureDef({ inputs, outputs }: Signature): SignatureDef {
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
        info.setTensorShape(this.attributes.toTensorShape(shape))
        map.set(name, info)
      }
    }
    return definition
  }

  // eslint-disable-next-line max-params -- the four fields of TensorFlow's NodeDef
  writeNode(op: string, name: string, inputs: string[], attributes: Record<string, AttrValue>): void {
    this.graph.addNode(this.createNode(op, name, inputs, attributes))
  }

  /** Gives the graph a function that its nodes can call. */
  setFunction(definition: FunctionDef): void {
    const library = new this.pb.FunctionDefLibrary()
    library.addFunction(definition)
    this.graph.setLibrary(library)
  }

  // eslint-disable-next-line max-params -- the four fields of TensorFlow's NodeDef
  protected createNode(
    op: string,
    name: string,
    inputs: string[],
    attributes: Record<string, AttrValue>,
  ): NodeDef {
    const node = new this.pb.NodeDef()
    node.setOp(op)
    node.setName(name)
    for (const input of inputs) node.addInput(input)
    const map = node.getAttrMap()
    for (const [key, value] of Object.entries(attributes)) map.set(key, value)
    return node
  }

  inputName({ node, index }: Edge): string {
    return this.readBack.get(`${node}:${index}`) ?? (index === 0 ? node : `${node}:${index}`)
  }

  private handleName(state: string): string {
    return this.inside ? loopHandle(state) : stateHandle(state)
  }

  /** The control input that places a node without inputs in the loop's frame. */
  private loopDependency(): string[] {
    return this.inside ? [`^${this.inside.iteration}`] : []
  }

  /** The node of a float32 0, written on the first call. */
  private writeZero(): string {
    const name = 'zero'
    if (!this.hasZero) {
      this.writeConstant({
        kind: 'constant',
        name,
        dtype: types.float32,
        shape: [],
        values: Float32Array.of(0),
      })
      this.hasZero = true
    }
    return name
  }
}
