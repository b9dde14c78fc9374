import { execFileSync } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './folder.ts'

/** A file system of its own, which can be filled or made read-only. */
export interface SmallDisk {
  path: string
  /** Takes every byte that is left. */
  fill: () => void
  makeReadOnly: () => void
  remove: () => void
}

/** Of so many kilobytes of memory; null where this user may not mount one, as on most machines but not in containers. */
export function smallDisk(kilobytes: number): SmallDisk | null {
  if (process.platform !== 'linux') return null
  const folder = temporaryFolder('disk')
  const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'pipe' })
  try {
    mount('-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder.path)
  } catch {
    folder.remove()
    return null
  }
  return {
    path: folder.path,
    fill: () => fillDisk(folder.path),
    makeReadOnly: () => mount('-o', 'remount,ro', folder.path),
    remove: () => {
      // Lazily: a database driver may close its files only later.
      execFileSync('umount', ['--lazy', folder.path], { stdio: 'pipe' })
      folder.remove()
    },
  }
}

function fillDisk(path: string): void {
  const file = openSync(join(path, 'filling'), 'a')
  try {
    for (;;) writeSync(file, Buffer.alloc(4096))
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC')) throw thrown
  } finally {
    closeSync(file)
  }
}
