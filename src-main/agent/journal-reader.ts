import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { JournalEntry } from '#shared/remote/protocol.ts'
import { findEnd } from './journal-end.ts'
import type { JournalEnd } from './journal-end.ts'

/** An entry, and the offset of what follows it. */
export interface ReadEntry {
  offset: number
  entry: JournalEntry
}

const newline = 10
/** Read at once; a longer line is read whole. */
const chunkBytes = 1 << 20

/**
 * Reads a journal's complete lines from an offset on; those of a file that is not there are none. They are on the disk of the
 * target before they are handed out, so that a power cut there takes back nothing that was said.
 * @throws FlowerbedError `corrupt` where no line begins at the offset, or a line is no entry
 */
export async function* readJournal(path: string, offset: number): AsyncGenerator<ReadEntry> {
  const file = await openThere(path)
  if (!file) {
    if (offset > 0) throw badOffset(path, offset)
    return
  }
  try {
    const { bytes: end } = await findEnd(file)
    await checkOffset(file, { path, offset, end })
    if (offset < end) await file.datasync()
    for (let at = offset; at < end;) {
      const lines = await readLines(file, at, end)
      for (const line of lines.toString('utf8').split('\n').slice(0, -1)) {
        const next = at + Buffer.byteLength(line) + 1
        yield { offset: next, entry: parseLine(line, { path, at }) }
        at = next
      }
    }
  } finally {
    await file.close()
  }
}

/** Where a journal ends, and its last entry. */
export async function readEnd(path: string): Promise<JournalEnd> {
  const file = await openThere(path)
  if (!file) return { bytes: 0, last: null }
  try {
    return await findEnd(file)
  } finally {
    await file.close()
  }
}

async function openThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null
    throw thrown
  }
}

async function checkOffset(
  file: FileHandle,
  { path, offset, end }: { path: string; offset: number; end: number },
): Promise<void> {
  if (offset === 0) return
  const before = Buffer.alloc(1)
  if (offset > 0 && offset <= end) await file.read(before, 0, 1, offset - 1)
  if (before[0] !== newline) throw badOffset(path, offset)
}

/** Whole lines from a position on. */
async function readLines(file: FileHandle, start: number, end: number): Promise<Buffer> {
  for (let size = chunkBytes; ; size *= 2) {
    const block = Buffer.alloc(Math.min(size, end - start))
    const { bytesRead } = await file.read(block, 0, block.length, start)
    const last = block.subarray(0, bytesRead).lastIndexOf(newline)
    if (last >= 0) return block.subarray(0, last + 1)
    if (bytesRead < block.length || start + block.length >= end) return Buffer.alloc(0)
  }
}

function parseLine(line: string, { path, at }: { path: string; at: number }): JournalEntry {
  try {
    return JSON.parse(line) as JournalEntry
  } catch (cause) {
    throw new FlowerbedError('corrupt', errorText('agent.journalDamaged', { offset: at }), {
      where: path,
      cause,
    })
  }
}

const badOffset = (path: string, offset: number) =>
  new FlowerbedError('corrupt', errorText('agent.offset', { offset }), { where: path })
