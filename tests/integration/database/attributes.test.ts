import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AttributeRecord } from '#shared/schemas/attribute.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { addRun, thrownBy } from '../../helpers/history.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let runId: string
let run: number
beforeEach(() => {
  folder = temporaryFolder('attributes')
  store = openStore(folder.path)
  runId = addRun(store)
  run = store.runs.key(runId)
})
afterEach(() => {
  store.close()
  folder.remove()
})

const attribute = (changes: Partial<AttributeRecord> = {}): Omit<AttributeRecord, 'runId'> => ({
  ...{ id: 'smile', name: 'Smile', createdAt: 1 },
  add: { kind: 'label', label: 'happy', others: false },
  subtract: { kind: 'label', label: 'happy', others: true },
  ...{ space: 'latent', step: 9, size: 0.25, added: 3, subtracted: 4 },
  ...changes,
})

it('an attribute is kept, found again, renamed and deleted', () => {
  const numbers = Float32Array.of(1.5, -0.25, 3)
  // A part of a larger buffer must not bring the rest of it.
  store.attributes.save(run, attribute(), numbers.subarray(1))
  store.attributes.save(run, attribute({ id: 'hat', name: 'Hat', createdAt: 2 }), numbers)
  expect(store.attributes.list(run).map(({ id }) => id)).toEqual(['smile', 'hat'])
  expect(store.attributes.get(run, 'smile')).toEqual({ ...attribute(), runId })
  expect(store.attributes.direction(run, 'smile')).toEqual(Float32Array.of(-0.25, 3))

  store.attributes.rename(run, 'smile', 'Laugh')
  store.attributes.save(run, attribute({ step: 20, createdAt: 30 }), Float32Array.of(7))
  // Found again, it keeps its name and its place.
  expect(store.attributes.list(run)[0]).toEqual({ ...attribute({ name: 'Laugh', step: 20 }), runId })
  expect(store.attributes.direction(run, 'smile')).toEqual(Float32Array.of(7))

  store.attributes.delete(run, 'smile')
  expect(store.attributes.list(run)).toHaveLength(1)
  expect(thrownBy(() => store.attributes.direction(run, 'smile')).kind).toBe('not-found')
  expect(thrownBy(() => store.attributes.get(run + 1, 'hat')).kind).toBe('not-found')
})

it('attributes go with their run, and one that cannot be read hides no other', () => {
  store.attributes.save(run, attribute(), Float32Array.of(1))
  store.attributes.save(run, attribute({ id: 'hat' }), Float32Array.of(1))
  store.database.exec("UPDATE attributes SET document = '{' WHERE id = 'hat'")
  expect(store.attributes.list(run).map(({ id }) => id)).toEqual(['smile'])
  expect(thrownBy(() => store.attributes.get(run, 'hat')).kind).toBe('corrupt')
  store.runs.delete(runId)
  expect(store.database.prepare('SELECT count(*) AS count FROM attributes').get()).toEqual({ count: 0 })
})
