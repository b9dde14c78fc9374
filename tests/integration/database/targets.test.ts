import { afterEach, beforeEach, expect, it } from 'vitest'
import type { TargetReport } from '#shared/remote/protocol.ts'
import { targetSchema } from '#shared/remote/target.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
beforeEach(() => {
  folder = temporaryFolder('targets')
  store = openStore(folder.path)
})
afterEach(() => {
  store.close()
  folder.remove()
})

const gpu = targetSchema.parse({ kind: 'ssh', name: 'gpu', host: 'me@gpu' })
const cluster = targetSchema.parse({
  ...{ kind: 'slurm', name: 'cluster', host: null, folder: '/scratch/me' },
  slurm: { partition: 'gpu', gpus: 1 },
})
const report: TargetReport = {
  ...{ protocol: 1, version: '0.1.0', hostname: 'gpu', platform: 'linux-x64', cpu: 'CPU', cores: 4 },
  ...{ memoryBytes: 8e9, freeDiskBytes: 1e11, gpus: [], tensorflow: null, slurm: null },
}

it('targets read as they were added, by name, with what they last said', () => {
  store.targets.add(gpu)
  store.targets.add(cluster)
  expect(store.targets.list().map(({ target, seen }) => ({ target, seen }))).toEqual([
    { target: cluster, seen: null },
    { target: gpu, seen: null },
  ])
  const before = Date.now()
  store.targets.saw('gpu', report)
  const { seen } = store.targets.get('gpu')
  expect(seen?.report).toEqual(report)
  expect(seen?.at).toBeGreaterThanOrEqual(before)
})

it('a name is taken once, and a removed target is gone', () => {
  store.targets.add(gpu)
  expect(() => store.targets.add({ ...cluster, name: 'gpu' })).toThrow('There is a target “gpu” already.')
  store.targets.remove('gpu')
  expect(store.targets.list()).toEqual([])
  expect(() => store.targets.get('gpu')).toThrow('There is no target “gpu”.')
  expect(() => store.targets.remove('gpu')).toThrow('There is no target “gpu”.')
  store.targets.saw('gpu', report)
  expect(store.targets.list()).toEqual([])
})

it('a target of a newer version is left out of the list, reported, and can be removed', () => {
  store.targets.add(gpu)
  store.database.exec(`INSERT INTO targets VALUES ('new', 'balloon', '{}', 1, NULL, NULL)`)
  expect(store.targets.list().map(({ target }) => target.name)).toEqual(['gpu'])
  expect(store.unreadable.list('target').map(({ id }) => id)).toEqual(['new'])
  store.targets.remove('new')
  expect(store.targets.list()).toHaveLength(1)
})
