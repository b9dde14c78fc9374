import type { StepCost } from '#shared/step-cost.ts'
import type { ProgramSpec } from '../program.ts'
import { liveNodes } from '../trace.ts'
import type { Trace } from '../trace.ts'
import { countFlops } from './flops.ts'
import { isView } from './memory.ts'

/** What one call of a program computes, from the shapes of its operations. */
export function countCost(spec: ProgramSpec, trace: Trace): StepCost {
  const computed = liveNodes(trace).filter((node) => node.kind === 'op' && !isView(node))
  return { flops: countFlops(spec, trace), operations: computed.length }
}
