import type { WorkerChoice } from '#shared/workers.ts'
import { chooseThreadsHere } from '../backend/threads.ts'
import type { WorkerPlan } from './worker-group.ts'

/** What each worker of a choice computes on. @param threads those of this process, which processes divide among them */
export function workerPlans(
  choice: WorkerChoice,
  threads = chooseThreadsHere({ kernels: true }).intraOp,
): WorkerPlan[] {
  if ('gpus' in choice) return choice.gpus.map((gpu) => ({ name: `GPU ${gpu}`, device: 'cuda', gpu }))
  const { processes } = choice
  return Array.from({ length: processes }, (_, i) => ({
    name: `Worker ${i + 1}`,
    device: 'cpu',
    // The first ones get what is left over.
    threads: Math.max(1, Math.floor(threads / processes) + (i < threads % processes ? 1 : 0)),
  }))
}
