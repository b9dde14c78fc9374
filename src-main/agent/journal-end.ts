import type { FileHandle } from 'node:fs/promises'
import type { JournalEntry } from '#shared/remote/protocol.ts'

/** The sound part of a journal. */
export interface JournalEnd {
  /** Up to and with the end of its last entry. */
  bytes: number
  last: JournalEntry | null
}

const newline = 10
const blockBytes = 65_536

/**
 * Where a journal ends: behind its last entry. What follows was cut off by a crash or is just being written, and what a power
 * cut left of the last lines may be no entries.
 */
export async function findEnd(file: FileHandle): Promise<JournalEnd> {
  const { size } = await file.stat()
  let bytes = await lineStart(file, size)
  while (bytes > 0) {
    const start = await lineStart(file, bytes - 1)
    const line = Buffer.alloc(bytes - 1 - start)
    await file.read(line, 0, line.length, start)
    try {
      return { bytes, last: JSON.parse(line.toString('utf8')) as JournalEntry }
    } catch {
      bytes = start
    }
  }
  return { bytes: 0, last: null }
}

/** Where the line begins that a position is in or at the end of. */
async function lineStart(file: FileHandle, position: number): Promise<number> {
  const block = Buffer.alloc(Math.min(blockBytes, position))
  for (let end = position; end > 0;) {
    const start = Math.max(0, end - block.length)
    const { bytesRead } = await file.read(block, 0, end - start, start)
    const at = block.subarray(0, bytesRead).lastIndexOf(newline)
    if (at >= 0) return start + at + 1
    end = start
  }
  return 0
}
