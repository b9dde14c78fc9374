import { expect, test } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import { removeTarget } from '../../../src-main/remote/remove-target.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { aRun } from '../../helpers/remote-run.ts'

test('a target is kept while a run trains there', () => {
  const folder = temporaryFolder('remove-target')
  const store = openStore(folder.path)
  store.targets.add({ kind: 'ssh', name: 'mars', host: 'mars', folder: '~/.flowerbed' })
  store.runs.add(aRun({ target: 'mars' }))
  const key = store.runs.key('run-1')
  store.launches.begin(key, { target: 'mars', launchId: 'l1', options: {} })
  expect(() => removeTarget(store, 'mars')).toThrow(/Faces/)
  expect(store.targets.list()).toHaveLength(1)
  store.launches.close(key)
  removeTarget(store, 'mars')
  expect(store.targets.list()).toEqual([])
  store.close()
  folder.remove()
})
