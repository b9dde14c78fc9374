import { randomBytes } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { removeAbandoned } from './abandoned.ts'
import { isTaggedRunning, processTag } from './process-identity.ts'

export interface LockOptions {
  /** Called once when another process holds the lock. */
  onWait?: (() => void) | undefined
  signal?: AbortSignal | undefined
  pollMs?: number
  /** An owner on another machine counts as ended when its heartbeat stands still for so long. */
  staleMs?: number
}

const heartbeatMs = 10_000

/** Error codes for a folder that is not empty; on Windows also for an empty one that a rename would replace. */
const notEmpty = [
  'ENOTEMPTY',
  'EEXIST',
  ...(process.platform === 'win32' ? ['EPERM', 'EACCES', 'EBUSY'] : []),
]

/**
 * Runs `work` while no other process holds the lock at this path. The lock of an ended owner is taken over.
 *
 * The lock is a folder with one file, named after its owner. It is created under another name and renamed, which fails
 * while the lock folder holds a file; and an ended owner's file is deleted by its name. So removing a stale lock cannot
 * remove a new one, however many processes do so at once (as mkdir-based locks do).
 * @throws FlowerbedError `cancelled` by the signal while it waits
 */
export async function withLock<T>(
  path: string,
  options: LockOptions,
  work: () => Promise<T> | T,
): Promise<T> {
  const { onWait, signal, pollMs = 300 } = options
  mkdirSync(dirname(path), { recursive: true })
  await removeAbandoned(dirname(path))
  const owner = `${processTag()}-${randomBytes(4).toString('hex')}`
  const others = new OtherOwners(path, options.staleMs ?? 300_000)
  for (let waited = false; !(others.removeEnded() && acquire(path, owner));) {
    if (!waited) onWait?.()
    waited = true
    if (signal?.aborted)
      throw new FlowerbedError('cancelled', errorText('files.cancelled'), { cause: signal.reason })
    await sleep(pollMs)
  }
  const release = () => removeOwner(path, owner)
  const heartbeat = setInterval(() => touch(join(path, owner)), heartbeatMs).unref()
  process.once('exit', release)
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    process.removeListener('exit', release)
    release()
  }
}

/** Tries to take the lock; false when another process holds it. */
function acquire(path: string, owner: string): boolean {
  const folder = `${path}.${owner}`
  mkdirSync(folder)
  try {
    writeFileSync(join(folder, owner), '')
    renameSync(folder, path)
    return true
  } catch (thrown) {
    rmSync(folder, { recursive: true, force: true })
    if (hasCode(thrown, ...notEmpty)) return false
    throw thrown
  }
}

/** Deletes an owner's file and then the folder, if it is empty. */
function removeOwner(path: string, owner: string): void {
  rmSync(join(path, owner), { force: true })
  try {
    rmdirSync(path)
  } catch (thrown) {
    // Another process has taken or removed it meanwhile.
    if (!hasCode(thrown, 'ENOENT', ...notEmpty)) throw thrown
  }
}

/** The other owners whose files are in the lock folder. */
class OtherOwners {
  private readonly path: string
  private readonly staleMs: number
  /** When each owner's last heartbeat was first seen, by this machine's clock: those of two machines differ. */
  private readonly seen = new Map<string, { mtimeMs: number; at: number }>()

  constructor(path: string, staleMs: number) {
    this.path = path
    this.staleMs = staleMs
  }

  /** Removes ended owners; true when no other owner is left. */
  removeEnded(): boolean {
    const owners = this.owners()
    const ended = owners.filter((owner) => this.hasEnded(owner))
    for (const owner of ended) removeOwner(this.path, owner)
    // Empty: a process is releasing it, or ended while releasing it.
    if (owners.length === 0) removeOwner(this.path, 'nobody')
    return ended.length === owners.length
  }

  private owners(): string[] {
    try {
      return readdirSync(this.path)
    } catch (thrown) {
      if (hasCode(thrown, 'ENOENT')) return []
      throw thrown
    }
  }

  private hasEnded(owner: string): boolean {
    const state = isTaggedRunning(owner)
    if (state === 'ended') return true
    // Without a start time in its name, another process may have the same id.
    if (state === 'running' && !/^\d+-x-/.test(owner)) return false
    const mtimeMs = statSync(join(this.path, owner), { throwIfNoEntry: false })?.mtimeMs
    if (mtimeMs === undefined) return true
    const now = performance.now()
    const last = this.seen.get(owner)
    if (last?.mtimeMs === mtimeMs) return now - last.at > this.staleMs
    this.seen.set(owner, { mtimeMs, at: now })
    return false
  }
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date())
  } catch {
    // The file was deleted: there is no heartbeat to write.
  }
}

const hasCode = (thrown: unknown, ...codes: string[]): boolean =>
  thrown instanceof Error && 'code' in thrown && codes.includes(String(thrown.code))
