import type { Caller } from '../../processes/rpc.ts'
import { freePorts } from './free-ports.ts'
import type { LinkRequests } from './worker-messages.ts'
import type { WorkerPlan } from './worker-process.ts'

/** Where workers are reached. */
export interface WorkerAddresses {
  /** The first of them, from this process. */
  address: string
  /** All of them from each of them, its own address included. */
  addresses: string[][]
}

/**
 * Chooses the ports of workers and forwards them, so that each reaches every other one at a port of its own machine's loopback
 * interface: those of other machines at a port here that leads there, and from there the ports here by ports that lead back.
 * So two other machines reach one another through this one.
 * @param port here that leads to the first of them; by default any
 * @throws FlowerbedError `unavailable` where a machine does not forward
 */
export async function connectWorkers(
  workers: { plan: WorkerPlan; caller: Pick<Caller<LinkRequests>, 'request'> }[],
  port?: number,
): Promise<WorkerAddresses> {
  const free = await freePorts(workers.length)
  const here = free.map((each, i) => (i === 0 && port !== undefined ? port : each))
  const addresses = await Promise.all(
    workers.map(async ({ plan, caller }, task) => {
      if (!plan.host) return here
      const own = await caller.request('freePort', undefined)
      const others = here.filter((_, i) => i !== task)
      const back = await caller.request('forward', {
        there: [{ listen: here[task] ?? 0, to: own }],
        here: others,
      })
      return here.map((_, i) => (i === task ? own : (back[i < task ? i : i - 1] ?? 0)))
    }),
  )
  const address = (loopbackPort: number) => `127.0.0.1:${loopbackPort}`
  return { address: address(here[0] ?? 0), addresses: addresses.map((ports) => ports.map(address)) }
}
