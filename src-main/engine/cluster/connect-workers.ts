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

interface Connected {
  plan: WorkerPlan
  caller: Pick<Caller<LinkRequests>, 'request'>
}

/**
 * Chooses the ports of workers and makes each reach every other one.
 * @param port here that leads to the first of them; by default any
 * @throws FlowerbedError `unavailable` where a machine does not forward, or is not in the network
 */
export async function connectWorkers(workers: Connected[], port?: number): Promise<WorkerAddresses> {
  const free = await freePorts(workers.length)
  const here = free.map((each, i) => (i === 0 && port !== undefined ? port : each))
  const network = workers[0]?.plan.network
  return {
    address: loopback(here[0] ?? 0),
    addresses: network === undefined ? await overSsh(workers, here) : await within(network, workers, here),
  }
}

/**
 * Forwards ports, so that each worker reaches every other one at a port of its own machine's loopback interface: those of other
 * machines at a port here that leads there, and from there the ports here by ports that lead back. So two other machines reach
 * one another through this one.
 * @param here a port here for each worker
 */
async function overSsh(workers: Connected[], here: number[]): Promise<string[][]> {
  return await Promise.all(
    workers.map(async ({ plan, caller }, task) => {
      if (!plan.host) return here.map(loopback)
      const own = await caller.request('freePort', undefined)
      const others = here.filter((_, i) => i !== task)
      const there = [{ listen: here[task] ?? 0, to: own }]
      const back = await caller.request('forward', { there, here: others })
      return here.map((_, i) => loopback(i === task ? own : (back[i < task ? i : i - 1] ?? 0)))
    }),
  )
}

/** Each worker opens a port in a network to the others; only this process reaches the first by a port that is forwarded. */
async function within(network: string, workers: Connected[], here: number[]): Promise<string[][]> {
  const ports = await Promise.all(
    workers.map(async ({ plan, caller }, task) => {
      const own = plan.host ? await caller.request('freePort', undefined) : (here[task] ?? 0)
      if (plan.host && task === 0)
        await caller.request('forward', { there: [{ listen: here[0] ?? 0, to: own }], here: [] })
      return { own, address: await caller.request('listen', { network, to: own }) }
    }),
  )
  return ports.map(({ own }, task) => ports.map(({ address }, i) => (i === task ? loopback(own) : address)))
}

const loopback = (port: number): string => `127.0.0.1:${port}`
