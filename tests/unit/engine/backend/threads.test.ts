import { describe, expect, it } from 'vitest'
import {
  chooseThreads,
  readContainerQuota,
  countPhysicalCores,
} from '../../../../src-main/engine/backend/threads.ts'

const machine = { processors: 16, cores: 8, quota: null, kernels: false, env: {} }

describe('chooseThreads', () => {
  it.each([
    [{}, 8, /core/],
    // Windows and macOS do not report physical cores.
    [{ cores: null }, 16, /processor/],
    [{ quota: 2.5 }, 3, /container/],
    [{ quota: 0.4 }, 1, /container/],
    [{ quota: 32 }, 8, /core/],
    [{ processors: 2, cores: 2 }, 2, /core/],
    [{ env: { FLOWERBED_THREADS: '5' }, quota: 2 }, 5, /FLOWERBED_THREADS/],
    [{ env: { FLOWERBED_THREADS: '' } }, 8, /core/],
  ])('with %j takes %i', (changes, count, why) => {
    const chosen = chooseThreads({ ...machine, ...changes })
    expect(chosen).toMatchObject({ intraOp: count, interOp: count })
    expect(chosen.why).toMatch(why)
  })

  it('runs kernels one at a time, each of which occupies all threads', () => {
    expect(chooseThreads({ ...machine, kernels: true })).toMatchObject({ intraOp: 8, interOp: 1 })
  })

  it.each(['0', '-1', '1.5', 'many'])('refuses FLOWERBED_THREADS=%s', (wanted) => {
    expect(() => chooseThreads({ ...machine, env: { FLOWERBED_THREADS: wanted } })).toThrow(
      expect.objectContaining({ kind: 'bad-input', where: 'FLOWERBED_THREADS' }),
    )
  })
})

/** The files of /proc and /sys. */
const kernel = (files: Record<string, string>) => (path: string) => files[path] ?? null
const siblings = (groups: string[]) =>
  Object.fromEntries(
    groups.flatMap((group) =>
      group
        .split(',')
        .map((cpu) => [`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, group] as const),
    ),
  )

describe('countPhysicalCores', () => {
  const topology = siblings(['0,4', '1,5', '2,6', '3,7'])
  it.each([
    ['0-7', 4],
    ['0-3', 4],
    ['0,4', 1],
    ['1,4-5', 2],
  ])('of processors %s are %i', (allowed, cores) => {
    const status = `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${allowed}\n`
    expect(countPhysicalCores(kernel({ '/proc/self/status': status, ...topology }))).toBe(cores)
  })

  it('are null where the kernel does not report them', () => {
    expect(countPhysicalCores(kernel({}))).toBeNull()
    expect(countPhysicalCores(kernel({ '/proc/self/status': 'Cpus_allowed_list:\t0-1\n' }))).toBeNull()
  })
})

describe('readContainerQuota', () => {
  it('is the lowest of all parent groups', () => {
    const read = kernel({
      '/proc/self/cgroup': '0::/kube/pod1/main',
      '/sys/fs/cgroup/kube/pod1/main/cpu.max': 'max 100000',
      '/sys/fs/cgroup/kube/pod1/cpu.max': '150000 100000',
      '/sys/fs/cgroup/kube/cpu.max': '800000 100000',
    })
    expect(readContainerQuota(read)).toBe(1.5)
  })

  it('is read at the root inside a container', () => {
    const read = kernel({ '/proc/self/cgroup': '0::/', '/sys/fs/cgroup/cpu.max': '50000 100000' })
    expect(readContainerQuota(read)).toBe(0.5)
  })

  it('is read from control groups v1', () => {
    const read = kernel({
      '/proc/self/cgroup': '5:memory:/docker/ab\n4:cpu,cpuacct:/docker/ab\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '300000',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
      '/sys/fs/cgroup/cpu/docker/ab/cpu.cfs_quota_us': '-1',
      '/sys/fs/cgroup/cpu/docker/ab/cpu.cfs_period_us': '100000',
    })
    expect(readContainerQuota(read)).toBe(3)
  })

  it('is null without a limit', () => {
    expect(
      readContainerQuota(
        kernel({ '/proc/self/cgroup': '0::/user.slice', '/sys/fs/cgroup/user.slice/cpu.max': 'max 100000' }),
      ),
    ).toBeNull()
    expect(readContainerQuota(kernel({}))).toBeNull()
  })
})
