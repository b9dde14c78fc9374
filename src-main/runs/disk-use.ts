import { join } from 'node:path'
import type { DiskUse, TotalDiskUse } from '#shared/ipc.ts'
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
