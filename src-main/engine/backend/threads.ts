import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { FlowerbedError } from '#shared/errors.ts'

export interface ThreadChoice {
  /** Threads that share one operation. */
  intraOp: number
  /** Operations that run at the same time. */
  interOp: number
  /** Where the numbers are from, in words that follow a colon. */
  why: string
}

/** What the number of threads is chosen by. */
export interface ThreadFacts {
  /** Logical processors that this process may run on. */
  processors: number
  /** Of those, how many are cores of their own; null where it cannot be told. */
  cores: number | null
  /** Processors' worth of time that a container may use; null without a limit. */
  quota: number | null
  /** Whether our own operations are used (`kernels.ts`), each of which keeps all threads busy. */
  kernels: boolean
  env: NodeJS.ProcessEnv
}

/**
 * One thread for each core that this process may use: with two on a core, both wait for its one vector unit; with more
 * than a container's share of time, all of them are stopped for a part of each tenth of a second. Operations of our own
 * come one at a time: two at once wait for each other (docs/benchmarks.md).
 * @throws FlowerbedError `bad-input` when FLOWERBED_THREADS is no whole number above 0
 */
export function chooseThreads({ processors, cores, quota, kernels, env }: ThreadFacts): ThreadChoice {
  const of = (count: number, why: string) => ({ intraOp: count, interOp: kernels ? 1 : count, why })
  const wanted = env['FLOWERBED_THREADS']
  if (wanted !== undefined && wanted !== '') {
    const count = Number(wanted)
    if (!Number.isInteger(count) || count < 1) {
      throw new FlowerbedError('bad-input', `FLOWERBED_THREADS is “${wanted}”, not a number of threads.`, {
        where: 'FLOWERBED_THREADS',
        hint: 'Set it to a whole number above 0, or unset it.',
      })
    }
    return of(count, 'FLOWERBED_THREADS')
  }
  const usable = Math.min(cores ?? processors, processors)
  const limited = quota !== null && Math.ceil(quota) < usable
  const count = Math.max(1, limited ? Math.ceil(quota) : usable)
  const why = limited
    ? 'as much time as the container may use'
    : cores === null
      ? 'one a processor'
      : 'one a core'
  return of(count, why)
}

/** Chosen for this process; TensorFlow's own variables, where the user has set them, stay as they are. */
export function threadsOfMachine({ kernels }: Pick<ThreadFacts, 'kernels'>): ThreadChoice {
  const { env } = process
  const { intraOp, interOp, why } = chooseThreads({
    processors: availableParallelism(),
    cores: process.platform === 'linux' ? physicalCores() : null,
    quota: process.platform === 'linux' ? containerQuota() : null,
    kernels,
    env,
  })
  const own = [env['TF_NUM_INTRAOP_THREADS'], env['TF_NUM_INTEROP_THREADS']].map(Number)
  const set = own.some((count) => count > 0)
  return {
    intraOp: own[0] || intraOp,
    interOp: own[1] || interOp,
    why: set ? 'TF_NUM_INTRAOP_THREADS and TF_NUM_INTEROP_THREADS' : why,
  }
}

/** Reads a file of the kernel's; null where it is not to be had. */
type Read = (path: string) => string | null

const readText: Read = (path) => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}

/** Cores that hold at least one of the processors this process may run on; null where the kernel does not tell. */
export function physicalCores(read: Read = readText): number | null {
  const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(read('/proc/self/status') ?? '')?.[1]
  if (allowed === undefined) return null
  const cores = new Set<string>()
  for (const processor of listed(allowed)) {
    const siblings = read(`/sys/devices/system/cpu/cpu${processor}/topology/thread_siblings_list`)
    if (siblings === null) return null
    cores.add(siblings)
  }
  return cores.size > 0 ? cores.size : null
}

/** `0-2,5` as 0, 1, 2, 5. */
function listed(ranges: string): number[] {
  return ranges.split(',').flatMap((range) => {
    const [from = NaN, to = from] = range.split('-').map(Number)
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
  })
}

/** Processors' worth of time that this process's control groups leave it, the least of them; null without a limit. */
export function containerQuota(read: Read = readText): number | null {
  const groups = (read('/proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'))
  const limits: number[] = []
  for (const [, controllers, path] of groups) {
    if (path === undefined) continue
    const isV2 = controllers === ''
    if (!isV2 && !controllers?.split(',').includes('cpu')) continue
    // Inside a container the group's own path may not be there: its root is then the group.
    for (let at = resolve('/', path); ; at = join(at, '..')) {
      const limit = isV2
        ? quotaV2(join('/sys/fs/cgroup', at), read)
        : quotaV1(join('/sys/fs/cgroup/cpu', at), read)
      if (limit !== null) limits.push(limit)
      if (at === '/') break
    }
  }
  return limits.length > 0 ? Math.min(...limits) : null
}

function quotaV2(folder: string, read: Read): number | null {
  const [quota, period] = (read(join(folder, 'cpu.max')) ?? '').split(' ').map(Number)
  return quota && period ? quota / period : null
}

function quotaV1(folder: string, read: Read): number | null {
  const quota = Number(read(join(folder, 'cpu.cfs_quota_us')))
  const period = Number(read(join(folder, 'cpu.cfs_period_us')))
  return quota > 0 && period > 0 ? quota / period : null
}
