import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const isRoot = process.getuid?.() === 0

/**
 * Makes a folder refuse writing, for processes that are started from here too: by a mount, by access rights where this
 * user is bound by them. Answers what undoes it; null where neither is possible.
 */
export function makeReadOnly(path: string): (() => void) | null {
  if (process.platform === 'win32') return null
  if (!isRoot) {
    setModes(path, { folder: 0o555, file: 0o444 })
    return () => setModes(path, { folder: 0o755, file: 0o644 })
  }
  const run = (...[file = '', ...args]: string[]) => execFileSync(file, args, { stdio: 'pipe' })
  try {
    run('mount', '--bind', path, path)
  } catch {
    return null
  }
  run('mount', '-o', 'remount,ro,bind', path)
  // Lazily: a database driver may close its files only later.
  return () => run('umount', '--lazy', path)
}

/**
 * Does something as a user who may not write to a folder; for this process only. Any user that the system has will do,
 * so this needs no right to mount.
 */
export function asReader<T>(path: string, work: () => T): T {
  setModes(path, { folder: 0o555, file: 0o444 })
  if (isRoot) process.seteuid?.(65_534)
  try {
    return work()
  } finally {
    if (isRoot) process.seteuid?.(0)
    setModes(path, { folder: 0o755, file: 0o644 })
  }
}

function setModes(path: string, modes: { folder: number; file: number }): void {
  const isFolder = statSync(path).isDirectory()
  // Rights to look into a folder are given before, taken never.
  chmodSync(path, isFolder ? modes.folder : modes.file)
  if (isFolder) for (const name of readdirSync(path)) setModes(join(path, name), modes)
}
