import { createRequire } from 'node:module'

/** The parts used of TensorFlow's protocol buffers, which tfjs-node-gpu ships as generated code without types. */
export interface Protobuf {
  GraphDef: new () => GraphDef
  FunctionDef: new () => FunctionDef
  FunctionDefLibrary: new () => { addFunction: (definition: FunctionDef) => void }
  OpDef: (new () => OpDef) & { ArgDef: new () => ArgDef }
  NameAttrList: new () => { setName: (name: string) => void }
  VersionDef: new () => { setProducer: (n: number) => void; setMinConsumer: (n: number) => void }
  NodeDef: new () => NodeDef
  AttrValue: (new () => AttrValue) & {
    ListValue: new () => { setIList: (values: number[]) => void; setTypeList: (types: number[]) => void }
  }
  Tensor: new () => {
    setDtype: (type: number) => void
    setTensorShape: (shape: TensorShape) => void
    setTensorContent: (bytes: Uint8Array) => void
  }
  TensorShape: (new () => TensorShape) & { Dim: new () => { setSize: (size: number) => void } }
  MetaGraphDef: (new () => {
    setMetaInfoDef: (info: object) => void
    setGraphDef: (graph: GraphDef) => void
    getSignatureDefMap: () => { set: (name: string, signature: SignatureDef) => void }
  }) & {
    MetaInfoDef: new () => { addTags: (tag: string) => void }
  }
  SignatureDef: new () => SignatureDef
  TensorInfo: new () => TensorInfo
  SavedModel: new () => {
    setSavedModelSchemaVersion: (version: number) => void
    addMetaGraphs: (meta: object) => void
    serializeBinary: () => Uint8Array
  }
}

export interface GraphDef {
  serializeBinary: () => Uint8Array
  addNode: (node: NodeDef) => void
  setVersions: (versions: object) => void
  setLibrary: (library: object) => void
}

/** A function of a graph: its nodes name each other's outputs by the names in the operation's definition. */
export interface FunctionDef {
  setSignature: (signature: OpDef) => void
  addNodeDef: (node: NodeDef) => void
  getRetMap: () => { set: (output: string, value: string) => void }
}

export interface OpDef {
  setName: (name: string) => void
  addInputArg: (argument: ArgDef) => void
  addOutputArg: (argument: ArgDef) => void
  setIsStateful: (isStateful: boolean) => void
}

export interface ArgDef {
  setName: (name: string) => void
  setType: (type: number) => void
}

export interface SignatureDef {
  setMethodName: (name: string) => void
  getInputsMap: () => { set: (name: string, info: TensorInfo) => void }
  getOutputsMap: () => { set: (name: string, info: TensorInfo) => void }
}

export interface TensorInfo {
  setName: (name: string) => void
  setDtype: (type: number) => void
  setTensorShape: (shape: TensorShape) => void
}

export interface TensorShape {
  addDim: (dimension: object) => void
}

export interface AttrValue {
  setType: (type: number) => void
  setI: (value: number) => void
  setF: (value: number) => void
  setB: (value: boolean) => void
  /** Base64, as google-protobuf takes bytes. */
  setS: (value: string) => void
  setList: (list: object) => void
  setFunc: (reference: object) => void
  setShape: (shape: TensorShape) => void
  setTensor: (tensor: object) => void
}

export interface NodeDef {
  setOp: (op: string) => void
  /** TensorFlow chooses the device of a node without one. */
  setDevice: (device: string) => void
  setName: (name: string) => void
  addInput: (input: string) => void
  getAttrMap: () => { set: (key: string, value: AttrValue) => void }
}

/** Loads the message classes; tfjs-node must have been loaded before. */
export function protobuf(): Protobuf {
  const generated = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as
    Protobuf | { proto: { tensorflow: Protobuf } }
  return 'proto' in generated ? generated.proto.tensorflow : generated
}
