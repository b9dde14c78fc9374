import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { RemoteHost } from './remote-host.ts'
import { isKeptCommand, skyCluster, skyLaunchArguments, skyTaskFile } from './sky-task.ts'
import type { SkyTarget } from './sky-task.ts'

export interface SkyOptions {
  /** What SkyPilot says, line by line: starting a machine takes minutes. */
  onLine?: (line: string) => void
  signal?: AbortSignal
  env?: NodeJS.ProcessEnv
}

/**
 * Has the cluster of a target run, with the user's `sky`: SkyPilot starts it where it does not run, and then writes it to the
 * configuration of OpenSSH, by which `host` reaches it. It costs money until it is idle for as long as the target says.
 * @param host by OpenSSH, with the name `skyCluster(target)`
 * @throws FlowerbedError `unavailable` without SkyPilot, a cloud or free machines; `bad-input` for resources it does not accept
 */
export async function startSkyCluster(
  target: SkyTarget,
  host: Pick<RemoteHost, 'run'>,
  options: SkyOptions = {},
): Promise<void> {
  if (await isKept(target, host, options)) return
  const folder = await mkdtemp(join(tmpdir(), 'flowerbed-sky-'))
  try {
    const file = join(folder, 'task.yaml')
    await writeFile(file, skyTaskFile(target))
    await sky(target, skyLaunchArguments(target, file), options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Whether the cluster runs and goes on to: then nothing has to be asked of SkyPilot, which takes seconds. */
const isKept = ({ folder }: SkyTarget, host: Pick<RemoteHost, 'run'>, { signal }: SkyOptions) =>
  host.run(isKeptCommand(folder), { timeoutMs: 30_000, ...(signal ? { signal } : {}) }).then(
    () => true,
    () => false,
  )

/** Stops the cluster of a target; what lies there stays. */
export const stopSkyCluster = (target: SkyTarget, options: SkyOptions = {}): Promise<void> =>
  endCluster(target, 'stop', options)

/** Deletes the cluster of a target with all that lies there. */
export const removeSkyCluster = (target: SkyTarget, options: SkyOptions = {}): Promise<void> =>
  endCluster(target, 'down', options)

/** What SkyPilot says of a cluster that is not there. */
const isAbsent = (lines: string[]) => lines.some((line) => /cluster.*(not found|does not exist)/i.test(line))

/** @throws FlowerbedError `unavailable` where it could not be ended; one that is not there has ended already */
async function endCluster(target: SkyTarget, how: 'stop' | 'down', options: SkyOptions): Promise<void> {
  await sky(target, [how, '--yes', skyCluster(target)], {
    ...options,
    errorOf: (lines) => (isAbsent(lines) ? null : endError(target, lines)),
  })
}

function endError({ name }: SkyTarget, lines: string[]): FlowerbedError {
  const cluster = skyCluster({ name })
  return new FlowerbedError(
    'unavailable',
    errorText('sky.notEnded', { name, cluster, reason: reasonOf(lines) }),
  )
}

/** Most of what is kept of its output to say why it failed. */
const keptLines = 200

/** @param options.errorOf what a failure means, null for none */
async function sky(
  target: SkyTarget,
  args: string[],
  options: SkyOptions & { errorOf?: (lines: string[]) => FlowerbedError | null },
): Promise<void> {
  const { onLine, signal, env = process.env } = options
  const errorOf = options.errorOf ?? ((said: string[]) => skyError(target, said))
  const lines: string[] = []
  const child = spawn(env['FLOWERBED_SKY'] || 'sky', args, { env, stdio: ['ignore', 'pipe', 'pipe'], signal })
  const both = new PassThrough()
  child.stdout.pipe(both, { end: false })
  child.stderr.pipe(both, { end: false })
  createInterface({ input: both, crlfDelay: Infinity }).on('line', (text) => {
    const line = stripVTControlCharacters(text).trim()
    if (line === '') return
    lines.push(line)
    if (lines.length > keptLines) lines.shift()
    onLine?.(line)
  })
  const status = await new Promise<number | null>((done, fail) => {
    child.once('error', (cause) => fail(startError(target, cause)))
    child.once('close', done)
  }).finally(() => both.end())
  const error = status === 0 ? null : errorOf(lines)
  if (error) throw error
}

function startError({ name }: SkyTarget, cause: Error): FlowerbedError {
  if (cause.name === 'AbortError')
    return new FlowerbedError('cancelled', errorText('sky.cancelled', { name }), { cause })
  return new FlowerbedError('unavailable', errorText('sky.missing'), { cause })
}

/** The error of what SkyPilot has said before it failed. */
export function skyError(target: SkyTarget, lines: string[]): FlowerbedError {
  const { name } = target
  const said = lines.join('\n')
  const reason = reasonOf(lines)
  if (/No (cloud|enabled|infra).*(access|enabled|set up)|NoCloudAccessError|sky check/i.test(said))
    return new FlowerbedError('unavailable', errorText('sky.noCloud'))
  if (
    /Invalid resources? YAML|InvalidSkyPilotConfig|Invalid (accelerator|instance type|infra)|ValueError/i.test(
      said,
    )
  )
    return new FlowerbedError('bad-input', errorText('sky.badResources', { name, reason }), {
      where: 'resources',
    })
  if (
    /ResourcesUnavailableError|Failed to (acquire|provision)|No launchable resource|Catalog does not contain/i.test(
      said,
    )
  )
    return new FlowerbedError('unavailable', errorText('sky.noResources', { name, reason }))
  return new FlowerbedError(
    'unavailable',
    errorText('sky.failed', { name, reason, cluster: skyCluster(target) }),
  )
}

/** The last line that names an error, else the last line. */
function reasonOf(lines: string[]): string {
  const named = lines.findLast((line) => /^[\w.]*(Error|Exception|Invalid)\b.*\S/.test(line))
  return (named ?? lines.at(-1) ?? '?').replace(/^[\w.]+(Error|Exception): /, '')
}
