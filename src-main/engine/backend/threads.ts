import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { desktopText } from '#shared/desktop-text.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'

export interface ThreadChoice {
  /** Threads that share one operation. */
  intraOp: number
  /** Operations that run at the same time. */
  interOp: number
  /** The source of the numbers, as a clause that follows a colon. */
  why: string
}

/** The facts by which the number of threads is chosen. */
export interface ThreadFacts {
  /** Logical processors that this process may run on. */
  processors: number
  /** Their number of physical cores; null where it is unknown. */
  cores: number | null
  /** A container's limit of processor time, in processors; null without a limit. */
  quota: number | null
  /** Whether Flowerbed's kernels are used (`kernels.ts`), each of which occupies all threads. */
  kernels: boolean
  env: NodeJS.ProcessEnv
}

/**
 * One thread per physical core that this process may use: two threads on a core compete for its vector unit, and threads
 * beyond a container's limit are throttled. Kernels run one at a time: two would wait for each other
 * (docs/benchmarks.md).
 * @throws FlowerbedError `bad-input` when FLOWERBED_THREADS is not a positive integer
 */
export function chooseThreads({ processors, cores, quota, kernels, env }: ThreadFacts): ThreadChoice {
  const choose = (count: number, why: string) => ({ intraOp: count, interOp: kernels ? 1 : count, why })
  const setting = env['FLOWERBED_THREADS']
  if (setting !== undefined && setting !== '') {
    const count = Number(setting)
    if (!Number.isInteger(count) || count < 1) {
      throw new FlowerbedError('bad-input', errorText('tensorflow.notThreads', { setting }), {
        where: 'FLOWERBED_THREADS',
      })
    }
    return choose(count, 'FLOWERBED_THREADS')
  }
  const usable = Math.min(cores ?? processors, processors)
  const limited = quota !== null && Math.ceil(quota) < usable
  const count = Math.max(1, limited ? Math.ceil(quota) : usable)
  const why = desktopText(
    limited ? 'threads.container' : cores === null ? 'threads.processors' : 'threads.cores',
  )
  return choose(count, why)
}

/** Chooses the threads of this process; TensorFlow's variables take precedence where the user has set them. */
export function chooseThreadsHere({ kernels }: Pick<ThreadFacts, 'kernels'>): ThreadChoice {
  const { env } = process
  const { intraOp, interOp, why } = chooseThreads({
    processors: availableParallelism(),
    cores: process.platform === 'linux' ? countPhysicalCores() : null,
    quota: process.platform === 'linux' ? readContainerQuota() : null,
    kernels,
    env,
  })
  const variables = [env['TF_NUM_INTRAOP_THREADS'], env['TF_NUM_INTEROP_THREADS']].map(Number)
  const set = variables.some((count) => count > 0)
  return {
    intraOp: variables[0] || intraOp,
    interOp: variables[1] || interOp,
    why: set
      ? desktopText('threads.variables', {
          first: 'TF_NUM_INTRAOP_THREADS',
          second: 'TF_NUM_INTEROP_THREADS',
        })
      : why,
  }
}

/** Reads a file of /proc or /sys; null where it is not readable. */
type Read = (path: string) => string | null

const readText: Read = (path) => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}

/** Counts the physical cores that this process may run on; null where the kernel does not report them. */
export function countPhysicalCores(read: Read = readText): number | null {
  const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(read('/proc/self/status') ?? '')?.[1]
  if (allowed === undefined) return null
  const cores = new Set<string>()
  for (const processor of parseRanges(allowed)) {
    const siblings = read(`/sys/devices/system/cpu/cpu${processor}/topology/thread_siblings_list`)
    if (siblings === null) return null
    cores.add(siblings)
  }
  return cores.size > 0 ? cores.size : null
}

/** `0-2,5` as 0, 1, 2, 5. */
function parseRanges(ranges: string): number[] {
  return ranges.split(',').flatMap((range) => {
    const [from = NaN, to = from] = range.split('-').map(Number)
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
  })
}

/** The lowest limit of this process's control groups, in processors; null without a limit. */
export function readContainerQuota(read: Read = readText): number | null {
  const groups = (read('/proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'))
  const limits: number[] = []
  for (const [, controllers, path] of groups) {
    if (path === undefined) continue
    const isV2 = controllers === ''
    if (!isV2 && !controllers?.split(',').includes('cpu')) continue
    // Inside a container the group's path may not exist; the root is the group then.
    for (let folder = resolve('/', path); ; folder = join(folder, '..')) {
      const limit = isV2
        ? readQuotaV2(join('/sys/fs/cgroup', folder), read)
        : readQuotaV1(join('/sys/fs/cgroup/cpu', folder), read)
      if (limit !== null) limits.push(limit)
      if (folder === '/') break
    }
  }
  return limits.length > 0 ? Math.min(...limits) : null
}

function readQuotaV2(folder: string, read: Read): number | null {
  const [quota, period] = (read(join(folder, 'cpu.max')) ?? '').split(' ').map(Number)
  return quota && period ? quota / period : null
}

function readQuotaV1(folder: string, read: Read): number | null {
  const quota = Number(read(join(folder, 'cpu.cfs_quota_us')))
  const period = Number(read(join(folder, 'cpu.cfs_period_us')))
  return quota > 0 && period > 0 ? quota / period : null
}
