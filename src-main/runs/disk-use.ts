import { join } from 'node:path'
import type { DiskUse, RunBytes, StorageUse, TotalDiskUse } from '#shared/ipc.ts'
import { diagnosticsFolder } from '#shared/schemas/diagnostics.ts'
import type { Store } from '../database/store.ts'
import { snapshotsName } from '../files/average-snapshots.ts'
import { folderBytes, freeBytes } from '../files/atomic-write.ts'
import { datasetsFolder, runFolder } from '../files/data-folder.ts'

/** What a run's files take, as they are on disk now. */
export async function diskUseOfRun(dataDirectory: string, runId: string): Promise<DiskUse> {
  const folder = runFolder(dataDirectory, runId)
  const [checkpoints, samples, total] = await Promise.all([
    folderBytes(join(folder, 'checkpoints')),
    folderBytes(join(folder, 'samples')),
    folderBytes(folder),
  ])
  return { checkpoints, samples, total }
}

/** What everything takes, and what the disk has left. */
export async function totalDiskUse(dataDirectory: string): Promise<TotalDiskUse> {
  const [runs, datasets, free] = await Promise.all([
    folderBytes(join(dataDirectory, 'runs')),
    folderBytes(datasetsFolder(dataDirectory)),
    freeBytes(dataDirectory),
  ])
  return { runs, datasets, free }
}

/** What each run and each dataset takes, as it is on disk now; those that cannot be read are counted too. */
export async function storageUse(store: Store): Promise<StorageUse> {
  const { directory } = store
  const runs: Record<string, RunBytes> = {}
  // One after the other: all at once would keep thousands of files waiting in the thread pool of this process.
  for (const id of store.runs.ids()) runs[id] = await runBytes(directory, id)
  const datasets: Record<string, number> = {}
  for (const { id, directory: folder } of store.datasets.list()) datasets[id] = await folderBytes(folder)
  return { runs, datasets, free: await freeBytes(directory) }
}

async function runBytes(dataDirectory: string, runId: string): Promise<RunBytes> {
  const folder = runFolder(dataDirectory, runId)
  const [checkpoints = 0, samples = 0, averages = 0, diagnostics = 0, total = 0] = await Promise.all(
    ['checkpoints', 'samples', snapshotsName, diagnosticsFolder, '.'].map((name) =>
      folderBytes(join(folder, name)),
    ),
  )
  const other = Math.max(0, total - checkpoints - samples - averages - diagnostics)
  return { checkpoints, samples, averages, diagnostics, other }
}
