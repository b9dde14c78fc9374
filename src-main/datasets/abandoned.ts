import { readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from '../files/atomic-write.ts'
import { isTaggedRunning } from '../processes/process-identity.ts'

/** A dataset while it is packed, in the folder of datasets; then the tag of the process that does it. */
export const packing = '.packing-'
/** An importer's inFlightLogs, in the system's temporary folder; then the tag of the process that started it. */
export const inFlightLogs = 'flowerbed-importer-'

/** As older versions named it. */
const untagged = /^\.packing-(\d+)-[\da-f]{8}-[\da-f]{4}-/

/** Whose process cannot be asked for, on another machine or without a tag, is left alone for this long. */
const patienceMs = 30 * 24 * 3600 * 1000

/** Removes what killed processes have left of datasets that they were packing. */
export async function removeAbandonedPacks(datasetsDirectory: string): Promise<void> {
  await removeAbandoned(datasetsDirectory, packing)
}

/** Removes the inFlightLogs of processes that were killed. */
export async function removeAbandonedLogs(): Promise<void> {
  await removeAbandoned(tmpdir(), inFlightLogs)
}

async function removeAbandoned(folder: string, prefix: string): Promise<void> {
  // Cleaning up is a favour: what cannot be read or removed stays.
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    if (!name.startsWith(prefix)) continue
    const path = join(folder, name)
    if (await isAbandoned(path, name)) await rm(path, { recursive: true, force: true }).catch(() => undefined)
  }
}

async function isAbandoned(path: string, name: string): Promise<boolean> {
  const state = isTaggedRunning(name)
  if (state === 'ended' || state === 'running') return state === 'ended'
  const [, pid] = untagged.exec(name) ?? []
  if (pid !== undefined && !isAlive(Number(pid))) return true
  return Date.now() - (await lastWritten(path)) > patienceMs
}

/** When a folder or what is in it was written last. */
async function lastWritten(folder: string): Promise<number> {
  const inside = await readdir(folder).catch(() => [])
  const times = await Promise.all(
    [folder, ...inside.map((name) => join(folder, name))].map((path) =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  )
  return Math.max(...times)
}
