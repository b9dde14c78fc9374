import { FlowerbedError } from '#shared/errors.ts'
import { stateNode } from '../trace.ts'
import type { Edge, OpNode, Trace } from '../trace.ts'
import { adamNode, averageNode } from '../optimizer-ops.ts'

/** TensorFlow's operation for an update in place, over the states whose next values the node answers. */
export interface InPlaceUpdate {
  node: string
  op: 'ResourceApplyAdam' | 'ResourceApplyGradientDescent'
  /** The states by the order of the node's answers. */
  states: string[]
  /** States that must first be given another value, because the node starts from something else. */
  before: { state: string; value: Edge }[]
  /** What the operation reads besides the states; null stands for 0. */
  arguments: (Edge | null)[]
  /** Answers that something else reads, too. */
  read: { state: string; index: number }[]
}

/** How many states each kind of update writes. */
const widths: Record<string, number> = { [adamNode]: 3, [averageNode]: 1 }

export const isUpdate = (node: OpNode) => widths[node.op] !== undefined

/** @throws FlowerbedError `internal` when an update's answer does not become state */
export function toInPlaceUpdate(node: OpNode, trace: Trace): InPlaceUpdate {
  const states = Array.from({ length: widths[node.op] ?? 0 }, (_, index) =>
    stateOf(trace, { node: node.name, index }),
  )
  const input = (i: number) => node.inputs[i] as Edge
  const before = states.flatMap((state, i) => {
    const value = input(i)
    return value.node === stateNode(state) ? [] : [{ state, value }]
  })
  const read = states
    .map((state, index) => ({ state, index }))
    .filter(({ index }) => isRead(trace, { node: node.name, index }))
  if (node.op === averageNode) {
    return {
      ...{ node: node.name, states, before, read, op: 'ResourceApplyGradientDescent' },
      arguments: [input(1), input(2)],
    }
  }
  const [gradient, stepSize, epsilon, beta1, beta2] = [3, 4, 5, 6, 7].map(input) as [
    Edge,
    Edge,
    Edge,
    Edge,
    Edge,
  ]
  return {
    ...{ node: node.name, states, before, read, op: 'ResourceApplyAdam' },
    // With powers of β that are nought TensorFlow takes the step size as it is.
    arguments: [null, null, stepSize, beta1, beta2, epsilon, gradient],
  }
}

const same = (a: Edge, b: Edge) => a.node === b.node && a.index === b.index

function stateOf(trace: Trace, edge: Edge): string {
  const [state] = Object.entries(trace.next).find(([, next]) => same(next, edge)) ?? []
  if (state === undefined) {
    throw new FlowerbedError('internal', 'What an update in place answers must become state.', {
      hint: 'Answer it as “next”.',
    })
  }
  return state
}

function isRead(trace: Trace, edge: Edge): boolean {
  return (
    trace.nodes.some((node) => node.kind === 'op' && node.inputs.some((input) => same(input, edge))) ||
    Object.values(trace.fetches).some((fetch) => same(fetch, edge))
  )
}
