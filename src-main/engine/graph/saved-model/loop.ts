import type { GraphWriter } from './graph-writer.ts'
import type { TensorSpec } from '../program.ts'
import { types } from '../analysis/shapes.ts'
import type { Edge } from '../trace.ts'

/** TensorFlow's numbers of the types that only a loop handles. */
const variant = 21
const resource = 20

const frame = 'loop'

/**
 * A loop over 0 … count − 1 in one graph, of TensorFlow's dataflow primitives (Yu et al. 2018, “Dynamic Control Flow in
 * Large-Scale Machine Learning”): a value enters the loop's frame, is merged with that of the iteration before, and leaves
 * when the condition fails. One iteration at a time is under way, and it begins when all is done that the last one was
 * told to wait for.
 *
 * After it has been made, everything written to the graph is the loop's body until `end`.
 */
export class Loop {
  /** The iteration's number, as the body sees it. */
  readonly index = `${frame}/iteration`
  private readonly graph: GraphWriter
  private readonly carried: { name: string; type: number; next: string }[] = []

  /** `count` names an int32 scalar outside of the loop. */
  constructor(graph: GraphWriter, count: string) {
    this.graph = graph
    this.number(`${frame}/first`, 0)
    graph.writeNode('Enter', `${frame}/count`, [count], this.entering(types.int32, true))
    this.merge(frame, `${frame}/first`, types.int32)
    graph.writeNode('Less', `${frame}/more`, [`${frame}/merge`, `${frame}/count`], {
      T: graph.attributes.typeNumber(types.int32),
    })
    graph.writeNode('LoopCond', `${frame}/condition`, [`${frame}/more`], {})
    this.switch(frame, types.int32)
    graph.writeNode('Identity', this.index, [`${frame}/switch:1`], {
      T: graph.attributes.typeNumber(types.int32),
    })
    graph.inside = { iteration: this.index }
  }

  /** A value from outside that is the same in every iteration. */
  enter(name: string, from: string, type: number | 'resource'): void {
    this.graph.writeNode('Enter', name, [from], this.entering(type === 'resource' ? resource : type, true))
  }

  /** Place `index` of what is stacked outside along its first side, as the body's node `name`. */
  pick(name: string, stacked: string, { shape, dtype }: TensorSpec): void {
    const type = types[dtype]
    this.enter(`${name}/all`, stacked, type)
    this.number(`${name}/axis`, 0)
    this.graph.writeNode('GatherV2', `${name}/picked`, [`${name}/all`, this.index, `${name}/axis`], {
      Tparams: this.graph.attributes.typeNumber(type),
      Tindices: this.graph.attributes.typeNumber(types.int32),
      Taxis: this.graph.attributes.typeNumber(types.int32),
      batch_dims: this.graph.attributes.integer(0),
    })
    // What is fed may have any first side, and TensorFlow should know the rest.
    this.graph.writeIntegers(`${name}/shape`, shape)
    this.graph.writeNode('Reshape', name, [`${name}/picked`, `${name}/shape`], {
      T: this.graph.attributes.typeNumber(type),
      Tshape: this.graph.attributes.typeNumber(types.int32),
    })
  }

  /** Carries a value from iteration to iteration; answers the node that holds it in the body. */
  carry(name: string, initial: string, type: number): string {
    this.merge(name, initial, type)
    this.switch(name, type)
    this.graph.writeNode('Identity', `${name}/here`, [`${name}/switch:1`], {
      T: this.graph.attributes.typeNumber(type),
    })
    return `${name}/here`
  }

  /** What `carry` holds in the next iteration. After the last one it is the node `exitOf(name)`. */
  next(name: string, value: string, type: number): void {
    this.carried.push({ name, type, next: value })
  }

  /** Collects one value of each iteration in the list of the same name, made before the loop. */
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
    this.next(name, `${name}/set`, variant)
  }

  /** Ends the body: the next iteration begins when `after` are done. */
  end(after: string[]): void {
    const { graph } = this
    this.number(`${frame}/one`, 1)
    const waits = after.map((node) => `^${node}`)
    graph.writeNode('AddV2', `${frame}/increased`, [this.index, `${frame}/one`, ...waits], {
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

  private merge(name: string, initial: string, type: number): void {
    this.graph.writeNode('Enter', `${name}/enter`, [initial], this.entering(type, false))
    this.graph.writeNode('Merge', `${name}/merge`, [`${name}/enter`, `${name}/next`], {
      T: this.graph.attributes.typeNumber(type),
      N: this.graph.attributes.integer(2),
    })
  }

  private switch(name: string, type: number): void {
    this.graph.writeNode('Switch', `${name}/switch`, [`${name}/merge`, `${frame}/condition`], {
      T: this.graph.attributes.typeNumber(type),
    })
  }

  private entering(type: number, constant: boolean) {
    const { graph } = this
    return {
      T: graph.attributes.typeNumber(type),
      frame_name: graph.attributes.text(frame),
      is_constant: graph.attributes.flag(constant),
      parallel_iterations: graph.attributes.integer(1),
    }
  }

  private number(name: string, value: number): void {
    this.graph.writeConstant({
      kind: 'constant',
      name,
      dtype: types.int32,
      shape: [],
      values: Int32Array.of(value),
    })
  }
}

/** The node with what was carried, when the loop has ended. */
export const exitOf = (name: string) => `${name}/exit`
/** The node that is there when the loop has ended. */
export const ended = exitOf(frame)
