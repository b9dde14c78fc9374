import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { join } from 'node:path'
import { Dataset } from '../../../src-main/datasets/packed-dataset.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { addRun } from '../../helpers/history.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
beforeEach(() => {
  folder = temporaryFolder('excluded')
  store = openStore(folder.path)
})
afterEach(() => {
  store.close()
  folder.remove()
})

const shape = { height: 8, width: 8, channels: 1 } as const
/** Six images, all bytes of image i are i. */
const six = () =>
  packedDataset(join(folder.path, 'datasets', 'six'), {
    ...{ count: 6, shape, pixel: (image: number) => image },
    labels: { names: ['even', 'odd'], of: (image) => image % 2 },
  })

describe('a dataset without its excluded images', () => {
  it('counts, labels and reads the others only, from 0 on', async () => {
    const dataset = new Dataset(six(), { excluded: [0, 3, 3] })
    expect(dataset.count).toBe(4)
    expect(dataset.index.labelOf).toEqual([1, 0, 0, 1])
    expect(dataset.index.paths[0]).toBe('/images/1.png')
    expect([...dataset.images([0, 3]).pixels].filter((_, i) => i % 64 === 0)).toEqual([1, 5])
    expect(new Set(await dataset.read([2]))).toEqual(new Set([4]))
    expect([...dataset.all()].filter((_, i) => i % 64 === 0)).toEqual([1, 2, 4, 5])
    expect([0, 1, 2, 3].map((i) => dataset.originalOf(i))).toEqual([1, 2, 4, 5])
    expect(() => dataset.images([4])).toThrow('There is no image 4; there are 4.')
    expect(await dataset.verify()).toBe(true)
    dataset.close()
  })
  it('is the whole of it where none is excluded', () => {
    const dataset = new Dataset(six())
    expect([...dataset.all()].filter((_, i) => i % 64 === 0)).toEqual([0, 1, 2, 3, 4, 5])
    expect(dataset.originalOf(5)).toBe(5)
    dataset.close()
  })
})

describe('a run', () => {
  const create = (runService: RunService) =>
    runService.create({ datasetId: 'abc', preset: 'pixel-posterior', changes: {}, device: 'cpu' })

  it('leaves out what is excluded when it is created, and goes on doing so', () => {
    const first = addRun(store)
    expect(store.datasets.exclude('abc', [7, 2, 2], true)).toMatchObject({ count: 10, excludedCount: 2 })
    const runService = new RunService(store)
    const second = create(runService)
    store.datasets.exclude('abc', [2, 5], false)
    const third = create(runService)
    runService.dispose()
    expect([first, second.id, third.id].map((id) => store.runs.excluded(id))).toEqual([[], [2, 7], [7]])
    expect([second.imageCount, third.imageCount]).toEqual([8, 9])
    expect(store.datasets.excluded('abc')).toEqual([7])
  })

  it('is refused where all images are excluded', () => {
    addRun(store)
    store.datasets.exclude('abc', [...Array(10).keys()], true)
    const runService = new RunService(store)
    expect(() => create(runService)).toThrow('All images of “Faces” are excluded.')
    runService.dispose()
  })

  it('trains on the others: the engine is told which ones to leave out', async () => {
    addRun(store)
    store.datasets.exclude('abc', [1], true)
    const runService = new RunService(store)
    const { id } = create(runService)
    let excluded: number[] | undefined
    await runService
      .train(id, {
        train: (request) => {
          excluded = request.excluded
          return Promise.reject(new Error('enough'))
        },
      })
      .catch(() => undefined)
    runService.dispose()
    expect(excluded).toEqual([1])
  })
})
