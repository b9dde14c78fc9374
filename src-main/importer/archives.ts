import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import type { Entry, ZipFile } from 'yauzl'
import { desktopText } from '#shared/desktop-text.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { ProblemFile } from '#shared/schemas/dataset.ts'
import { openedArchives, removeAbandonedArchives } from '../datasets/abandoned.ts'
import { processTag } from '../files/process-identity.ts'
import { isSystemName, naturalOrder } from './list-files.ts'
import type { FoundFile } from './list-files.ts'
import { maxFileBytes, tooLargeFile, UnreadableImage } from './reasons.ts'
import { namedLikeImage } from './sniff.ts'

/** An archive may not hold more entries, nor become larger than this many times its own size, once that is much. */
const mostEntries = 1_000_000
const mostGrowth = 200
const growthAllowed = 256 * 1024 * 1024
/** What is left free on the disk that archives are opened on. */
const spareBytes = 512 * 1024 * 1024

/** An archive whose files are in a temporary folder, numbered, under the names that they have in it. */
export interface OpenedArchive {
  /** Below the archive's own path, as if it were a folder. */
  files: FoundFile[]
  problems: ProblemFile[]
  folder: string
}

export const isArchive = (path: string): boolean => /\.zip$/i.test(path)

/**
 * Unpacks a zip archive into a temporary folder, which the caller removes. Nothing is written before all that it declares
 * is within the limits, and no entry becomes larger than it declares.
 * @throws FlowerbedError `bad-input` for a damaged archive or one that would become too large, `no-space`, `cancelled`
 */
export async function openArchive(
  path: string,
  { signal, onFile }: { signal: AbortSignal; onFile: () => void },
): Promise<OpenedArchive> {
  await removeAbandonedArchives()
  await checkDeclared(path)
  const folder = await mkdtemp(join(tmpdir(), `${openedArchives}${processTag()}-`))
  try {
    // Entries have times too, but other images may be stored under the same one.
    const modified = Math.round((await stat(path)).mtimeMs)
    const opened: OpenedArchive = { files: [], problems: [], folder }
    const zip = await openZip(path)
    try {
      let number = 0
      for await (const entry of zip.eachEntry()) {
        signal.throwIfAborted()
        if (!isFile(entry)) continue
        await addEntry(opened, { path, modified, zip, entry, number: number++ })
        onFile()
      }
    } finally {
      zip.close()
    }
    opened.files.sort((a, b) => byParts(a.path, b.path))
    return opened
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true })
    if (signal.aborted) throw thrown
    throw inWords(path, thrown)
  }
}

async function addEntry(
  opened: OpenedArchive,
  from: { path: string; modified: number; zip: ZipFile; entry: Entry; number: number },
): Promise<void> {
  const { path, modified, zip, entry, number } = from
  const name = join(path, ...entry.fileName.split('/'))
  const reason = whyNot(entry)
  if (reason !== null) {
    if (namedLikeImage(name)) opened.problems.push({ path: name, reason })
    return
  }
  const target = join(opened.folder, String(number))
  try {
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { flags: 'wx' }))
  } catch (thrown) {
    // A full disk concerns all entries; a damaged one only itself.
    if (toFlowerbedError(thrown).kind === 'no-space') throw thrown
    await rm(target, { force: true })
    opened.problems.push({ path: name, reason: desktopText('archive.damagedEntry') })
    return
  }
  opened.files.push({
    ...{ path: name, rawPath: Buffer.from(target), bytes: entry.uncompressedSize },
    ...{ modified, explicit: false, root: path },
  })
}

/** Checks what an archive declares, before anything of it is unpacked. */
async function checkDeclared(path: string): Promise<void> {
  let bytes = 0
  try {
    const zip = await openZip(path)
    try {
      if (zip.entryCount > mostEntries) throw new UnreadableImage(desktopText('archive.manyEntries'))
      for await (const entry of zip.eachEntry())
        if (isFile(entry) && whyNot(entry) === null) bytes += entry.uncompressedSize
    } finally {
      zip.close()
    }
  } catch (thrown) {
    throw inWords(path, thrown)
  }
  const { size } = await stat(path)
  if (bytes > growthAllowed && bytes > mostGrowth * size)
    throw new FlowerbedError('bad-input', errorText('archive.bomb', { path }), { where: path })
  const { bavail, bsize } = await statfs(tmpdir())
  if (bytes > bavail * bsize - spareBytes)
    throw new FlowerbedError('no-space', errorText('archive.noSpace', { path }), { where: tmpdir() })
}

const openZip = (path: string) => yauzl.openPromise(path, { autoClose: false })

const fileKind = 0o170000
const regularFile = 0o100000

/** Whether an entry is a file of the user's: no folder, link or file of an operating system. */
function isFile({ fileName, externalFileAttributes }: Entry): boolean {
  if (fileName.endsWith('/')) return false
  const kind = (externalFileAttributes >>> 16) & fileKind
  return (kind === 0 || kind === regularFile) && !fileName.split('/').some(isSystemName)
}

function whyNot(entry: Entry): string | null {
  if (entry.isEncrypted()) return desktopText('archive.encrypted')
  if (!entry.canDecodeFileData()) return desktopText('image.compression')
  return entry.uncompressedSize > maxFileBytes ? tooLargeFile() : null
}

/** As folders are listed: part by part, each in natural order. */
function byParts(a: string, b: string): number {
  const [left, right] = [a, b].map((path) => path.split(/[\\/]/))
  for (let i = 0; i < Math.max(left?.length ?? 0, right?.length ?? 0); i++) {
    const order = naturalOrder(left?.[i] ?? '', right?.[i] ?? '')
    if (order !== 0) return order
  }
  return 0
}

function inWords(path: string, thrown: unknown): FlowerbedError {
  if (thrown instanceof FlowerbedError) return thrown
  const known = toFlowerbedError(thrown)
  if (known.kind === 'no-space' || known.kind === 'not-found') return known
  return new FlowerbedError('bad-input', errorText('archive.damaged', { path }), {
    where: path,
    cause: thrown,
  })
}
