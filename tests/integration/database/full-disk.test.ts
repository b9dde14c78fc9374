import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toFlowerbedError } from '#shared/errors.ts'
import { openStore } from '../../../src-main/database/store.ts'
import { runFolder } from '../../../src-main/files/data-folder.ts'
import { deleteDataset } from '../../../src-main/runs/delete-dataset.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { addRun, dataFolder } from '../../helpers/history.ts'
import { smallDisk } from '../../helpers/small-disk.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('full-disk')
})
afterEach(() => {
  folder.remove()
})

describe('on a full disk', () => {
  it('what cannot be written is told in words', () => {
    const store = openStore(folder.path)
    const id = addRun(store)
    const [{ page_count: pages }] = store.database.pragma('page_count') as [{ page_count: number }]
    store.database.pragma(`max_page_count = ${pages}`)
    const long = 'long '.repeat(100_000)
    let thrown: unknown
    try {
      store.runs.update(id, { note: long })
    } catch (error) {
      thrown = error
    }
    expect(toFlowerbedError(thrown)).toMatchObject({
      kind: 'no-space',
      message: 'The disk is full, so the history of runs cannot be written.',
    })
    const key = store.runs.key(id)
    const values = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`name ${i}`, i]))
    expect(() => store.metrics.add(key, [{ step: 1, seconds: 1, values }])).toThrow(/full/)
    store.database.pragma('max_page_count = 1000000')
    store.metrics.add(key, [{ step: 1, seconds: 1, values }])
    expect(store.metrics.series(key).values['name 4999']).toEqual(Float64Array.of(4999))
    store.close()
  })

  const disk = smallDisk(4096)
  disk?.remove()
  const onSmallDisk = it.skipIf(!disk)

  onSmallDisk('(needs the right to mount) runs are listed and deleted, and images too', async () => {
    const small = smallDisk(4096)
    if (!small) throw new Error('A disk that could be made before cannot be made now.')
    try {
      const id = dataFolder(small.path)
      const checkpoints = join(runFolder(small.path, id), 'checkpoints')
      mkdirSync(checkpoints, { recursive: true })
      writeFileSync(join(checkpoints, 'step'), Buffer.alloc(200_000))
      small.fill()
      const store = openStore(small.path)
      const runService = new RunService(store)
      expect(runService.markInterrupted()).toEqual([])
      expect(store.runs.list().map((run) => run.id)).toEqual([id])
      expect(toFlowerbedError(caught(() => store.settings.set('app', {})))).toMatchObject({
        kind: 'no-space',
      })
      store.close()

      const last = openStore(small.path)
      expect((await new RunService(last).delete(id)).freedBytes).toBe(200_000)
      expect(last.runs.list()).toEqual([])
      await deleteDataset(last, 'abc')
      last.close()
      const reopened = openStore(small.path)
      expect([reopened.runs.list(), reopened.datasets.list()]).toEqual([[], []])
      reopened.close()
    } finally {
      small.remove()
    }
  })

  onSmallDisk('(needs the right to mount) a run without files goes while the app is open', () => {
    const small = smallDisk(4096)
    if (!small) throw new Error('A disk that could be made before cannot be made now.')
    try {
      const before = openStore(small.path)
      const ids = [addRun(before), addRun(before)]
      before.close()
      const store = openStore(small.path)
      for (let i = 0; i < 20; i++) store.runs.update(ids[0] ?? '', { note: String(i) })
      small.fill()
      // What is left in the last block of the log.
      while (caught(() => store.runs.update(ids[1] ?? '', { starred: true })) === undefined);
      for (const id of ids) store.runs.delete(id)
      expect(store.runs.list()).toEqual([])
      store.close()
    } finally {
      small.remove()
    }
  })
})

function caught(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (thrown) {
    return thrown
  }
}
