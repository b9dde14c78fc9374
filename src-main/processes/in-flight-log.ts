import { closeSync, openSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** The files that are being read right now, kept outside the process so that a crash does not lose them. */
export interface InFlightLog {
  /** Notes a path before it is opened; the answer forgets it. */
  begin: (path: string) => () => void
}

/** Longer than any path a system knows. */
const slotBytes = 16 * 1024

/** For callers in the importer's own process. */
export const noInFlightLog: InFlightLog = { begin: () => () => undefined }

/** A file of slots, each a NUL-terminated path; written at once, since a crash flushes no buffer. */
export function openInFlightLog(path: string): InFlightLog & { close: () => void } {
  const file = openSync(path, 'w')
  const free: number[] = []
  let slots = 0
  return {
    begin: (image) => {
      const slot = free.pop() ?? slots++
      writeSync(file, `${image}\0`, slot * slotBytes)
      return () => {
        writeSync(file, '\0', slot * slotBytes)
        free.push(slot)
      }
    },
    close: () => closeSync(file),
  }
}

/** The paths that were being read when the process of a log ended; none without a log. */
export async function readInFlightLog(path: string): Promise<string[]> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0))
  const found: string[] = []
  for (let at = 0; at < bytes.length; at += slotBytes) {
    const end = bytes.indexOf(0, at)
    if (end > at) found.push(bytes.toString('utf8', at, end))
  }
  return found
}
