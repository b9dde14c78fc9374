import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { presets } from '#shared/presets.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { aRun } from '../../helpers/remote-run.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
beforeEach(() => {
  folder = temporaryFolder('launches')
  store = openStore(folder.path)
})
afterEach(() => {
  store.close()
  folder.remove()
})

it('keeps a launch, its state and what it is to be told', () => {
  const run = store.runs.key(store.runs.add(aRun({ target: 'mars' })).id)
  const { config } = presets['pixel-posterior']
  store.launches.begin(run, { target: 'mars', launchId: 'l1', options: { config } })
  expect(store.launches.find(run)?.offset).toBeNull()
  store.launches.advance(run, 'another', 99)
  store.launches.advance(run, 'l1', 12)
  store.launches.noteState(run, { state: 'running', pid: 3, jobId: null, node: 'mars' }, 50)
  store.launches.setWishes(run, [{ kind: 'pause' }])
  expect(store.launches.open()).toEqual([
    {
      ...{ runId: 'run-1', target: 'mars', launchId: 'l1', options: { config }, offset: 12 },
      ...{ job: { state: 'running', pid: 3, jobId: null, node: 'mars' }, contactAt: 50 },
      ...{ wishes: [{ kind: 'pause' }], isOpen: true },
    },
  ])
  expect(store.launches.isOpen('run-1')).toBe(true)
  store.launches.close(run)
  expect(store.launches.isOpen('run-1')).toBe(false)
  expect(store.launches.find(run)).toMatchObject({ isOpen: false, wishes: [], offset: 12 })
  expect(store.runs.get('run-1').target).toBe('mars')
})

it('reads a launch whose columns are damaged, and deletes it with its run', () => {
  const run = store.runs.key(store.runs.add(aRun()).id)
  store.launches.begin(run, { target: 'mars', launchId: 'l1', options: {} })
  store.database.exec("UPDATE run_launches SET options = '{', job = '1', wishes = 'no'")
  expect(store.launches.find(run)).toMatchObject({ options: {}, job: { state: 'absent' }, wishes: [] })
  store.runs.delete('run-1')
  expect(store.launches.open()).toEqual([])
})

it('stores all of a transaction over several tables or nothing', () => {
  const run = store.runs.key(store.runs.add(aRun()).id)
  store.launches.begin(run, { target: 'mars', launchId: 'l1', options: {} })
  const record = (then: () => void) =>
    store.transaction(() => {
      store.metrics.add(run, [{ step: 1, seconds: 1, values: { ofItsOwn: 2 } }])
      store.launches.advance(run, 'l1', 10)
      then()
    })
  expect(() =>
    record(() => {
      throw new Error('full')
    }),
  ).toThrow('full')
  expect(store.launches.find(run)?.offset).toBeNull()
  expect([...store.metrics.series(run).steps]).toEqual([])
  record(() => undefined)
  expect(store.launches.find(run)?.offset).toBe(10)
  // The name of the metric was rolled back too, and is found again.
  expect([...(store.metrics.series(run).values['ofItsOwn'] ?? [])]).toEqual([2])
})
