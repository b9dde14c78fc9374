import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Who owns something that outlasts processes: a process id alone is given to another process later. */
export interface ProcessIdentity {
  pid: number
  /** When it started, to be compared only; null where the system does not cheaply report it (Windows). */
  startedAt: string | null
  /** Its machine: the host name, and on Linux after a `#` a digest of the machine's own id. */
  host: string
}

/** `elsewhere`: on another machine or in another container, which cannot be seen from here. */
export type ProcessState = 'running' | 'ended' | 'elsewhere'

let own: ProcessIdentity | undefined

/** This process. */
export function thisProcess(): ProcessIdentity {
  own ??= { pid: process.pid, startedAt: ownStart(), host: machineName() }
  return { ...own }
}

/** Whether a process still runs; another one that was given its id since does not count, nor one that nobody reaped. */
export function isRunning(identity: ProcessIdentity): ProcessState {
  const here = thisProcess()
  const [start, boot, namespace] = partsOf(identity)
  const [, ourBoot, ourNamespace] = partsOf(here)
  if (boot === undefined || ourBoot === undefined) {
    if (identity.host !== here.host) return 'elsewhere'
  } else if (boot !== ourBoot) {
    return identity.host === here.host ? 'ended' : 'elsewhere'
  } else if (namespace !== ourNamespace) {
    // The host's name does not count within one boot: it may be changed meanwhile.
    return 'elsewhere'
  }
  if (!Number.isSafeInteger(identity.pid) || identity.pid <= 0) return 'ended'
  const found = findProcess(identity.pid)
  if (!found) return 'ended'
  return !start || !found.start || start === found.start ? 'running' : 'ended'
}

/** Whether a process of this machine has this id; `isRunning` also tells whether it is the one that is meant. */
export const isAlive = (pid: number): boolean =>
  isRunning({ pid, startedAt: null, host: thisProcess().host }) === 'running'

/** An identity for the name of a temporary file or folder: letters, digits, `_` and `-`. */
export function processTag({ pid, startedAt, host }: ProcessIdentity = thisProcess()): string {
  return `${pid}-${startedAt ?? 'x'}-${digest(host)}`
}

const tag = /(?<!\d)(\d+)-(\d*_[\da-f]+_\d*|[\da-f]{8}|x)-([\da-f]{8})(?![\da-f])/

/** As `isRunning`, of the process that made a name; null for a name without a tag. */
export function isTaggedRunning(name: string): ProcessState | null {
  const found = tag.exec(name)
  if (!found) return null
  const { host } = thisProcess()
  const [, pid, startedAt = 'x', hostDigest = ''] = found
  return isRunning({
    pid: Number(pid),
    startedAt: startedAt === 'x' ? null : startedAt,
    host: hostDigest === digest(host) ? host : hostDigest,
  })
}

/** On Linux `<clock ticks since boot>_<boot>_<pid namespace>`, by which restarts and containers are distinguished. */
const partsOf = ({ startedAt }: ProcessIdentity): (string | undefined)[] => startedAt?.split('_') ?? []

function ownStart(): string | null {
  const start = findProcess(process.pid)?.start
  const boot = read('/proc/sys/kernel/random/boot_id')?.slice(0, 8)
  if (process.platform !== 'linux' || boot === undefined) return start ?? null
  return `${start ?? ''}_${boot}_${/\d+/.exec(link('/proc/self/ns/pid') ?? '')?.[0] ?? ''}`
}

/** A process that has this id, with its start where the system reports it; null for none. */
function findProcess(pid: number): { start: string | null } | null {
  // A container may show the /proc of another process space.
  const stat = link('/proc/self') === `${process.pid}` ? read(`/proc/${pid}/stat`) : null
  if (stat !== null) {
    // The name before may hold spaces and brackets. The state is field 3, the start field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // One that ended stays as a zombie until its parent asks for it, in some containers for ever.
    return ['Z', 'X', 'x'].includes(fields[0] ?? '') ? null : { start: fields[19] ?? null }
  }
  if (!answers(pid)) return null
  return { start: process.platform === 'darwin' ? startByPs(pid) : null }
}

/** Whether a process has this id, on any system; also one that may not be inspected. */
function answers(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}

/** A digest of when a process started, by the `ps` of macOS and Linux; null without an answer. */
export function startByPs(pid: number): string | null {
  try {
    // The same words whatever the user's language and time zone.
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env,
    }).trim()
    return text === '' ? null : digest(text)
  } catch {
    return null
  }
}

function machineName(): string {
  const id = process.platform === 'linux' ? read('/etc/machine-id')?.trim() : undefined
  // The id itself is not to be made known.
  return id ? `${hostname()}#${digest(`flowerbed ${id}`)}` : hostname()
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function link(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}
