import { join } from 'node:path'
import { expect } from 'vitest'
import { FlowerbedError } from '#shared/errors.ts'
import type { PackedDataset } from '#shared/schemas/dataset.ts'
import { openStore } from '../../src-main/database/store.ts'
import type { Store } from '../../src-main/database/store.ts'
import { RunService } from '../../src-main/runs/run-service.ts'

export const databaseFile = (directory: string) => join(directory, 'flowerbed.sqlite')

/** Adds a run of a dataset `abc`; returns its id. */
export function addRun(store: Store): string {
  const dataset: PackedDataset = {
    ...{ id: 'abc', name: 'Faces', directory: join(store.directory, 'datasets', 'abc'), count: 10 },
    ...{ shape: { height: 8, width: 8, channels: 3 }, labels: [], sources: [], problemCount: 0, bytes: 1 },
    createdAt: 1,
  }
  store.datasets.save(dataset)
  const runService = new RunService(store)
  const { id } = runService.create({
    datasetId: 'abc',
    preset: 'pixel-posterior',
    changes: {},
    device: 'cpu',
  })
  runService.dispose()
  return id
}

/** Fills a data folder with one run whose process is gone; returns its id. */
export function dataFolder(directory: string): string {
  const store = openStore(directory)
  const id = addRun(store)
  store.runs.update(id, { status: 'training' })
  store.close()
  return id
}

/** What `work` throws, which must be a FlowerbedError. */
export function thrownBy(work: () => unknown): FlowerbedError {
  try {
    work()
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(FlowerbedError)
    return thrown as FlowerbedError
  }
  throw new Error('Nothing was thrown.')
}
