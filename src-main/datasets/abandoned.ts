import { tmpdir } from 'node:os'
import { removeAbandoned } from '../files/abandoned.ts'

/** A dataset while it is packed, in the folder of datasets; then the tag of the process that does it. */
export const packing = '.packing-'
/** The folder of an importer's in-flight logs, in the system's temporary folder; then the tag of its process. */
export const inFlightLogs = 'flowerbed-importer-'

/** The folder of an archive that is imported, in the system's temporary folder; then the tag of its process. */
export const openedArchives = 'flowerbed-archive-'

/** A pack may take long on another machine that shares the folder. */
const unseenMs = 30 * 24 * 3600 * 1000

/** Removes what killed processes have left of datasets that they were packing. */
export async function removeAbandonedPacks(datasetsDirectory: string): Promise<void> {
  await removeAbandoned(datasetsDirectory, {
    names: /^\.packing-/,
    untagged: /^\.packing-(?:(\d+)-[\da-f]{8}-[\da-f]{4}-)?/,
    unseenMs,
  })
}

/** Removes what processes that were killed have left of archives that they had opened. */
export async function removeAbandonedArchives(): Promise<void> {
  await removeAbandoned(tmpdir(), { names: /^flowerbed-archive-/, unseenMs })
}

/** Removes the in-flight logs of processes that were killed. */
export async function removeAbandonedLogs(): Promise<void> {
  await removeAbandoned(tmpdir(), {
    names: /^flowerbed-importer-/,
    untagged: /^flowerbed-importer-/,
    unseenMs,
  })
}
