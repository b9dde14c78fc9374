import { afterEach, beforeEach, expect, it } from 'vitest'
import { defaultCompareView } from '#shared/schemas/compare-view.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
beforeEach(() => {
  folder = temporaryFolder('compare-views')
  store = openStore(folder.path)
})
afterEach(() => {
  store.close()
  folder.remove()
})
const view = { ...defaultCompareView, runs: ['a', 'b'], columns: ['step'], onlyDiffering: true }

it('keeps views by name, and replaces one of the same name', () => {
  store.compareViews.save('Widths', view)
  store.compareViews.save('Rates', { ...view, runs: ['c', 'd'] })
  const before = store.compareViews.list()
  expect(before.map(({ name }) => name)).toEqual(['Rates', 'Widths'])
  store.compareViews.save('Widths', { ...view, sort: { by: 'step', descending: true } })
  const after = store.compareViews.list()
  expect(after).toHaveLength(2)
  expect(after[1]).toMatchObject({ id: before[1]?.id, view: { sort: { by: 'step' } } })
  store.compareViews.remove(after[0]?.id ?? '')
  expect(store.compareViews.list().map(({ name }) => name)).toEqual(['Widths'])
})

it('leaves out a view that it cannot read', () => {
  store.compareViews.save('Widths', view)
  store.compareViews.save('Broken', view)
  store.database.prepare(`UPDATE compare_views SET document = '{"runs":' WHERE name = 'Broken'`).run()
  expect(store.compareViews.list().map(({ name }) => name)).toEqual(['Widths'])
})
