import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { localHost } from '#shared/workers.ts'
import type { WorkerChoice, WorkerHost } from '#shared/workers.ts'
import { chooseThreadsHere } from '../backend/threads.ts'
import type { WorkerPlan } from './worker-process.ts'

/**
 * What each worker of a choice computes on.
 * @param options `threads`: those of this process, which processes divide among them; `device`: that each machine is to use;
 * `hosts`: how other machines are reached
 */
export function workerPlans(
  choice: WorkerChoice,
  {
    threads = chooseThreadsHere({ kernels: true }).intraOp,
    device = 'auto',
    hosts = [],
  }: { threads?: number; device?: DeviceChoice; hosts?: WorkerHost[] } = {},
): WorkerPlan[] {
  if ('hosts' in choice) {
    const { network } = choice
    // This computer first: the first worker's state is read, blocking.
    const isHere = (name: string) => name === localHost
    const names = [...choice.hosts.filter(isHere), ...choice.hosts.filter((name) => !isHere(name))]
    return names.map((name) => ({
      ...{ name, device },
      ...(isHere(name) ? {} : { host: hostOf(name, hosts) }),
      ...(network === undefined ? {} : { network }),
    }))
  }
  if ('gpus' in choice) return choice.gpus.map((gpu) => ({ name: `GPU ${gpu}`, device: 'cuda', gpu }))
  const { processes } = choice
  return Array.from({ length: processes }, (_, i) => ({
    name: `Worker ${i + 1}`,
    device: 'cpu',
    // The first ones get what is left over.
    threads: Math.max(1, Math.floor(threads / processes) + (i < threads % processes ? 1 : 0)),
  }))
}

function hostOf(name: string, hosts: WorkerHost[]): WorkerHost {
  const host = hosts.find((one) => one.name === name)
  if (!host) throw new FlowerbedError('not-found', errorText('target.unknown', { name }))
  return host
}
