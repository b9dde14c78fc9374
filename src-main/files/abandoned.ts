import { readdirSync, rmSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive, isTaggedRunning } from './process-identity.ts'

const dayMs = 24 * 3600 * 1000

/** The end of a temporary name of `atomic-write.ts`: the tag of its process, and some letters. */
const temporaryName = /^\.(?:.*[.-])?\d+-[\da-fx_]+-[\da-f]{8}-\w{6,8}(?:\.part)?$/

/**
 * Removes the temporary files and folders that processes which have ended left in a folder.
 * @param options.names of temporary files, with the tag of their process; those of `atomic-write.ts` by default
 * @param options.untagged finds names without a tag, as earlier versions gave them; its first group is the process id
 * @param options.unseenMs after so long without a write, what a process made that cannot be seen from here (on another
 * machine, say) counts as abandoned
 */
export async function removeAbandoned(
  folder: string,
  options: { names?: RegExp; untagged?: RegExp; unseenMs?: number } = {},
): Promise<void> {
  const { names = temporaryName, untagged, unseenMs = dayMs } = options
  // What cannot be read or removed, such as another user's, stays.
  for (const name of await readdir(folder).catch(() => [])) {
    const state = names.test(name) ? isTaggedRunning(name) : null
    const old = state === null ? untagged?.exec(name) : null
    if (state === 'running' || (state === null && !old)) continue
    const path = join(folder, name)
    const hasEnded = state === 'ended' || (old?.[1] !== undefined && !isAlive(Number(old[1])))
    if (hasEnded || Date.now() - (await lastWritten(path)) > unseenMs)
      await rm(path, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** As `removeAbandoned`, at once and only where the process has certainly ended. */
export function removeAbandonedSync(folder: string, names: RegExp): void {
  for (const name of namesIn(folder)) {
    if (!names.test(name) || isTaggedRunning(name) !== 'ended') continue
    try {
      rmSync(join(folder, name), { recursive: true, force: true })
    } catch {
      // Another user's may not be removable.
    }
  }
}

/** Removes what in a folder has not been written to for so long. */
export async function removeOlder(folder: string, ageMs: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    if (Date.now() - (await lastWritten(path)) > ageMs)
      await rm(path, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** When a file, or a folder or what is directly in it, was written last; now if it is gone. */
async function lastWritten(path: string): Promise<number> {
  const inside = await readdir(path).catch(() => [])
  const times = await Promise.all(
    [path, ...inside.map((name) => join(path, name))].map((one) =>
      stat(one).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  )
  return times[0] === 0 ? Date.now() : Math.max(...times)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
