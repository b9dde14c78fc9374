import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { stateNode } from '../trace.ts'
import type { Edge, OpNode, Trace } from '../trace.ts'
import { adamNode, averageNode } from '../optimizer-ops.ts'

/** TensorFlow's operation for an update in place, over the states whose next values the node returns. */
export interface InPlaceUpdate {
  node: string
  op: 'ResourceApplyAdam' | 'ResourceApplyGradientDescent'
  /** The states in the order of the node's outputs. */
  states: string[]
  /** States that must be assigned another value first, because the node starts from that value. */
  before: { state: string; value: Edge }[]
  /** The operation's other inputs; null stands for 0. */
  arguments: (Edge | null)[]
  /** Outputs that other nodes read, too. */
  read: { state: string; index: number }[]
}

/** Number of states that each kind of update writes. */
const stateCounts: Record<string, number> = { [adamNode]: 3, [averageNode]: 1 }

export const isUpdate = (node: OpNode) => stateCounts[node.op] !== undefined

/** @throws FlowerbedError `internal` when an update's output does not become state */
export function toInPlaceUpdate(node: OpNode, trace: Trace): InPlaceUpdate {
  const states = Array.from({ length: stateCounts[node.op] ?? 0 }, (_, index) =>
    findState(trace, { node: node.name, index }),
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
    // With both powers of β 0 TensorFlow does not correct the step size, which is corrected already.
    arguments: [null, null, stepSize, beta1, beta2, epsilon, gradient],
  }
}

const isSameEdge = (a: Edge, b: Edge) => a.node === b.node && a.index === b.index

function findState(trace: Trace, edge: Edge): string {
  const [state] = Object.entries(trace.next).find(([, next]) => isSameEdge(next, edge)) ?? []
  if (state === undefined) {
    throw new FlowerbedError('internal', errorText('graph.updateNotState'))
  }
  return state
}

function isRead(trace: Trace, edge: Edge): boolean {
  return (
    trace.nodes.some((node) => node.kind === 'op' && node.inputs.some((input) => isSameEdge(input, edge))) ||
    Object.values(trace.fetches).some((fetch) => isSameEdge(fetch, edge))
  )
}
