import type { GraphWriter } from './graph-writer.ts'
import type { TensorSpec } from '../program.ts'
import { types } from '../analysis/shapes.ts'
import type { Edge } from '../trace.ts'

/** TensorFlow's numbers of data types that only loops use. */
const variant = 21
const resource = 20

const frame = 'loop'

/**
 * A loop over 0 … count − 1 in one graph, of TensorFlow's control flow operations (Yu et al. 2018, “Dynamic Control Flow
 * in Large-Scale Machine Learning”): a value enters the loop's frame, is merged with that of the previous iteration, and
 * exits when the condition fails. Iterations run one after the other: each begins after the nodes that `end` names.
 *
 * From the constructor to `end` everything that is written to the graph is the loop's body.
 */
export class Loop {
  /** The node of the iteration's index, inside the body. */
  readonly index = `${frame}/iteration`
  private readonly graph: GraphWriter
  private readonly carried: { name: string; type: number; next: string }[] = []

  /** @param count the node of an int32 scalar outside the loop */
  constructor(graph: GraphWriter, count: string) {
    this.graph = graph
    this.writeNumber(`${frame}/first`, 0)
    graph.writeNode('Enter', `${frame}/count`, [count], this.enterAttributes(types.int32, true))
    this.writeMerge(frame, `${frame}/first`, types.int32)
    graph.writeNode('Less', `${frame}/more`, [`${frame}/merge`, `${frame}/count`], {
      T: graph.attributes.typeNumber(types.int32),
    })
    graph.writeNode('LoopCond', `${frame}/condition`, [`${frame}/more`], {})
    this.writeSwitch(frame, types.int32)
    graph.writeNode('Identity', this.index, [`${frame}/switch:1`], {
      T: graph.attributes.typeNumber(types.int32),
    })
    graph.inside = { iteration: this.index }
  }

  /** Makes a value from outside the loop available in every iteration, unchanged. */
  enter(name: string, from: string, type: number | 'resource'): void {
    this.graph.writeNode(
      'Enter',
      name,
      [from],
      this.enterAttributes(type === 'resource' ? resource : type, true),
    )
  }

  /** Element `index` of a value stacked along its first axis outside the loop, as the body's node `name`. */
  pick(name: string, stacked: string, spec: TensorSpec): void {
    const type = types[spec.dtype]
    this.enter(`${name}/all`, stacked, type)
    this.writeNumber(`${name}/axis`, 0)
    this.graph.writeNode('GatherV2', `${name}/picked`, [`${name}/all`, this.index, `${name}/axis`], {
      Tparams: this.graph.attributes.typeNumber(type),
      Tindices: this.graph.attributes.typeNumber(types.int32),
      Taxis: this.graph.attributes.typeNumber(types.int32),
      batch_dims: this.graph.attributes.integer(0),
    })
    this.graph.writeReshape(name, `${name}/picked`, spec)
  }

  /** Carries a value from iteration to iteration; returns its node in the body. */
  carry(name: string, initial: string, type: number): string {
    this.writeMerge(name, initial, type)
    this.writeSwitch(name, type)
    this.graph.writeNode('Identity', `${name}/here`, [`${name}/switch:1`], {
      T: this.graph.attributes.typeNumber(type),
    })
    return `${name}/here`
  }

  /** Sets the carried value of the next iteration; after the last one it is the node `exitOf(name)`. */
  setNext(name: string, value: string, type: number): void {
    this.carried.push({ name, type, next: value })
  }

  /** Collects one value of each iteration in the TensorList of the same name, which was written before the loop. */
  collect(name: string, { value, type }: { value: Edge; type: number }): void {
    const element = this.graph.attributes.typeNumber(type)
    const list = this.carry(name, `${name}/list`, variant)
    this.graph.writeNode(
      'TensorListSetItem',
      `${name}/set`,
      [list, this.index, this.graph.inputName(value)],
      {
        element_dtype: element,
        resize_if_index_out_of_bounds: this.graph.attributes.flag(false),
      },
    )
    this.setNext(name, `${name}/set`, variant)
  }

  /** Ends the body: the next iteration begins after the nodes `after`. */
  end(after: string[]): void {
    const { graph } = this
    this.writeNumber(`${frame}/one`, 1)
    const controlInputs = after.map((node) => `^${node}`)
    graph.writeNode('AddV2', `${frame}/increased`, [this.index, `${frame}/one`, ...controlInputs], {
      T: graph.attributes.typeNumber(types.int32),
    })
    graph.inside = null
    for (const { name, type, next } of [
      { name: frame, type: types.int32, next: `${frame}/increased` },
      ...this.carried,
    ]) {
      graph.writeNode('NextIteration', `${name}/next`, [next], { T: graph.attributes.typeNumber(type) })
      graph.writeNode('Exit', exitOf(name), [`${name}/switch`], { T: graph.attributes.typeNumber(type) })
    }
  }

  private writeMerge(name: string, initial: string, type: number): void {
    this.graph.writeNode('Enter', `${name}/enter`, [initial], this.enterAttributes(type, false))
    this.graph.writeNode('Merge', `${name}/merge`, [`${name}/enter`, `${name}/next`], {
      T: this.graph.attributes.typeNumber(type),
      N: this.graph.attributes.integer(2),
    })
  }

  private writeSwitch(name: string, type: number): void {
    this.graph.writeNode('Switch', `${name}/switch`, [`${name}/merge`, `${frame}/condition`], {
      T: this.graph.attributes.typeNumber(type),
    })
  }

  private enterAttributes(type: number, constant: boolean) {
    const { graph } = this
    return {
      T: graph.attributes.typeNumber(type),
      frame_name: graph.attributes.text(frame),
      is_constant: graph.attributes.flag(constant),
      parallel_iterations: graph.attributes.integer(1),
    }
  }

  private writeNumber(name: string, value: number): void {
    this.graph.writeConstant({
      kind: 'constant',
      name,
      dtype: types.int32,
      shape: [],
      values: Int32Array.of(value),
    })
  }
}

/** The node of a carried value after the loop. */
export const exitOf = (name: string) => `${name}/exit`
/** A node that exists after the loop. */
export const ended = exitOf(frame)
