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
import { FlowerbedError } from '#shared/errors.ts'
import { removeAbandoned } from './abandoned.ts'
import { isTaggedRunning, processTag } from './process-identity.ts'

export interface LockOptions {
  /** Called once, when another has the lock. */
  onWait?: (() => void) | undefined
  signal?: AbortSignal | undefined
  pollMs?: number
  /** An owner that cannot be seen from here has ended when it gives no sign of life for so long. */
  patienceMs?: number
}

const signOfLifeMs = 10_000

/** What systems say of a folder with something in it; Windows also of an empty one that another is to replace. */
const notEmpty = [
  'ENOTEMPTY',
  'EEXIST',
  ...(process.platform === 'win32' ? ['EPERM', 'EACCES', 'EBUSY'] : []),
]

/**
 * Does `work` while no other holds the lock of this name. An owner that has ended counts for nothing.
 *
 * The lock is a folder with one file in it, named for its owner. It is made elsewhere and renamed into place, which the
 * system refuses while there is a file in that place; and an ended owner's file is deleted by its own name. So whoever
 * clears an old lock away cannot hit a new one, however many do so at once.
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
  const others = new Others(path, options.patienceMs ?? 300_000)
  for (let isWaiting = false; !(others.clear() && take(path, owner));) {
    if (!isWaiting) onWait?.()
    isWaiting = true
    if (signal?.aborted) throw new FlowerbedError('cancelled', 'Cancelled', { cause: signal.reason })
    await sleep(pollMs)
  }
  const release = () => leave(path, owner)
  const alive = setInterval(() => touch(join(path, owner)), signOfLifeMs).unref()
  process.once('exit', release)
  try {
    return await work()
  } finally {
    clearInterval(alive)
    process.removeListener('exit', release)
    release()
  }
}

/** Tries to take the lock; whether it was taken. */
function take(path: string, owner: string): boolean {
  const made = `${path}.${owner}`
  mkdirSync(made)
  try {
    writeFileSync(join(made, owner), '')
    renameSync(made, path)
    return true
  } catch (thrown) {
    rmSync(made, { recursive: true, force: true })
    if (hasCode(thrown, ...notEmpty)) return false
    throw thrown
  }
}

function leave(path: string, owner: string): void {
  rmSync(join(path, owner), { force: true })
  try {
    rmdirSync(path)
  } catch (thrown) {
    // Another has taken it meanwhile, or has just cleared it away.
    if (!hasCode(thrown, 'ENOENT', ...notEmpty)) throw thrown
  }
}

/** The other owners of the lock. */
class Others {
  private readonly path: string
  private readonly patienceMs: number
  /** When each owner's last sign of life was first seen, by the clock of this machine: those of two machines differ. */
  private readonly seen = new Map<string, { sign: number; at: number }>()

  constructor(path: string, patienceMs: number) {
    this.path = path
    this.patienceMs = patienceMs
  }

  /** Clears an ended owner's lock away; true when it is worth trying to take it. */
  clear(): boolean {
    const owners = this.owners()
    const ended = owners.filter((owner) => this.hasEnded(owner))
    for (const owner of ended) leave(this.path, owner)
    // Empty: somebody is in the midst of leaving it, or was ended there.
    if (owners.length === 0) leave(this.path, 'nobody')
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
    // Without a start in its name, another process may have been given its id.
    if (state === 'running' && !/^\d+-x-/.test(owner)) return false
    const sign = statSync(join(this.path, owner), { throwIfNoEntry: false })?.mtimeMs
    if (sign === undefined) return true
    const now = performance.now()
    const last = this.seen.get(owner)
    if (last?.sign === sign) return now - last.at > this.patienceMs
    this.seen.set(owner, { sign, at: now })
    return false
  }
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date())
  } catch {
    // Taken away by hand: there is nothing to keep alive.
  }
}

const hasCode = (thrown: unknown, ...codes: string[]): boolean =>
  thrown instanceof Error && 'code' in thrown && codes.includes(String(thrown.code))
