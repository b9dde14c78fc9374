import { attributeKind } from '../../backend/tfjs.ts'
import type { Binding, OpAttribute } from '../../backend/tfjs.ts'
import { types } from '../analysis/shapes.ts'
import { protobuf } from './protobuf.ts'
import type { AttrValue, Protobuf, TensorShape } from './protobuf.ts'

/** Makes the attributes of nodes as protocol buffers. */
export class Attributes {
  private readonly pb: Protobuf = protobuf()
  private readonly binding: Binding

  constructor(binding: Binding) {
    this.binding = binding
  }

  integer(value: number): AttrValue {
    const attribute = new this.pb.AttrValue()
    attribute.setI(value)
    return attribute
  }

  float(value: number): AttrValue {
    const attribute = new this.pb.AttrValue()
    attribute.setF(value)
    return attribute
  }

  flag(value: boolean): AttrValue {
    const attribute = new this.pb.AttrValue()
    attribute.setB(value)
    return attribute
  }

  type(dtype: keyof typeof types): AttrValue {
    return this.typeNumber(types[dtype])
  }

  /** By TensorFlow's number of the type. */
  typeNumber(type: number): AttrValue {
    const attribute = new this.pb.AttrValue()
    attribute.setType(type)
    return attribute
  }

  typeNumbers(types: number[]): AttrValue {
    const list = new this.pb.AttrValue.ListValue()
    list.setTypeList(types)
    const attribute = new this.pb.AttrValue()
    attribute.setList(list)
    return attribute
  }

  /** A function of the graph's library. */
  function(name: string): AttrValue {
    const reference = new this.pb.NameAttrList()
    reference.setName(name)
    const attribute = new this.pb.AttrValue()
    attribute.setFunc(reference)
    return attribute
  }

  text(text: string): AttrValue {
    const attribute = new this.pb.AttrValue()
    attribute.setS(Buffer.from(text).toString('base64'))
    return attribute
  }

  shape(shape: number[]): AttrValue {
    const attribute = new this.pb.AttrValue()
    attribute.setShape(this.toTensorShape(shape))
    return attribute
  }

  toTensorShape(shape: number[]): TensorShape {
    const proto = new this.pb.TensorShape()
    for (const side of shape) {
      const dimension = new this.pb.TensorShape.Dim()
      dimension.setSize(side)
      proto.addDim(dimension)
    }
    return proto
  }

  /** @throws FlowerbedError `unavailable` for a kind of attribute that graphs are not written with */
  fromOp(op: string, given: OpAttribute): AttrValue {
    const { value } = given
    const kind = attributeKind(this.binding, op, given)
    if (kind === 'flag') return this.flag(Boolean(value))
    if (kind === 'text') return this.text(String(value))
    if (kind === 'type') return this.typeNumber(Number(value))
    if (kind === 'integer') return this.integer(Number(value))
    if (kind === 'float') return this.float(Number(value))
    const list = new this.pb.AttrValue.ListValue()
    list.setIList(value as number[])
    const attribute = new this.pb.AttrValue()
    attribute.setList(list)
    return attribute
  }
}
